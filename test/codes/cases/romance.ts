import type { Table } from "./table.ts";

export const french: Table = {
  codes: [
    ["Bonjour, votre code d'activation Acme est le 482913", "482913"],
    ["Voici votre code : 482913", "482913"],
    ["Acme: 482913 est votre code. Ne le partagez pas.", "482913"],
    ["Code Acme : 482913. Ne le partagez pas", "482913"],
    ["Votre code de vérification est 482913", "482913"],
    ["Votre code de verification Acme est : 7713. Ne le communiquez à personne.", "7713"],
    ["G-118203 est votre code de validation Google.", "118203", "G-118203"],
    ["Saisissez 550918 pour vous connecter à Acme.", "550918"],
    ["Code de sécurité : 90 41 22", "904122", "90 41 22"],
    ["Utilisez le code 338104 pour valider votre achat de 49,90 € (carte se terminant par 4821).", "338104"],
    ["Ton code Acme : 60412", "60412"],
    ["204 816 est votre code d’accès à usage unique", "204816", "204 816"],
  ],
  none: [
    "Votre mot de passe a été modifié. Dossier 482913",
    "Le code de la route: article 4821",
    "Votre code est valable jusqu'au 12/05/2026",
    "Ne partagez jamais votre code. Une question ? Appelez le 01 23 45 67 89.",
    "Profitez de -20 % avec le code promo 48213 !",
    "Votre colis 482913 sera livré le 12/05/2026 entre 14h30 et 16h30.",
    "Votre code postal est 75011, merci de confirmer.",
    "Votre commande n° 482913 est prête. Montant : 49,90 €.",
  ],
  links: [
    [
      "Cliquez sur ce lien pour vous connecter : https://acme.example/connexion/9f2c1",
      "https://acme.example/connexion/9f2c1",
    ],
  ],
};

export const spanish: Table = {
  codes: [
    ["482913 es su clave de acceso a Acme", "482913"],
    ["Acme. Codigo: 482913", "482913"],
    ["Tu clave para ingresar es: 48291", "48291"],
    ["Hola! Tu código es 482913 y vence en 5 minutos", "482913"],
    ["Código de Acme: 482913. No lo compartas.", "482913"],
    ["Tu código de verificación es 482913", "482913"],
    ["Tu codigo de verificacion de WhatsApp 771-203", "771203", "771-203"],
    ["771203 es tu código de Facebook", "771203"],
    ["Usa 4471 como código de inicio de sesión en Acme. No lo compartas con nadie.", "4471"],
    ["Su clave dinámica es 660129. Compra de $1.250,00 con tarjeta terminada en 4821.", "660129"],
    ["Acme: ingresa 90311 para confirmar tu cuenta.", "90311"],
    ["Código de seguridad: 118 204", "118204", "118 204"],
    ["Tu contraseña temporal es 8k2m9q", "8k2m9q"],
  ],
  none: [
    "Tu contraseña ha sido cambiada. Caso 482913",
    "Tu código 48213 ha expirado",
    "Nunca compartas tu código. Llama al 900 123 456 si tienes dudas.",
    "Usa el código promocional 48213 y llévate un 20% de descuento.",
    "Tu pedido 482913 llegará el 12/05/2026.",
    "Tu código postal 28013 no es válido.",
    "Se envió un código al número terminado en 4821.",
  ],
};

export const portuguese: Table = {
  codes: [
    ["Para entrar, use o código 482913", "482913"],
    ["Codigo de confirmacao Acme: 4829", "4829"],
    ["Seu codigo Acme: 482913", "482913"],
    ["Código do Acme: 482913. Não o partilhe", "482913"],
    ["Seu código de verificação é 482913", "482913"],
    ["482913 e o seu codigo de confirmacao do Acme. Nao compartilhe.", "482913"],
    ["Use 7712 para entrar no Acme. Não compartilhe este código.", "7712"],
    ["Código de segurança: 550-129. Válido por 10 minutos.", "550129", "550-129"],
    ["O seu código para autorizar o pagamento de 49,90 EUR é 338120", "338120"],
    ["Senha temporária: 66120", "66120"],
  ],
  none: [
    "Sua senha foi alterada. Protocolo 482913",
    "Nunca informe sua senha. Ligue 0800 123 4567.",
    "Use o cupom 48213 e ganhe 20% de desconto!",
    "Compra aprovada no cartão final 4821: R$ 482,91 em 12/05.",
    "Seu pedido 482913 saiu para entrega.",
  ],
};

export const italian: Table = {
  codes: [
    ["Ecco il tuo codice: 482913", "482913"],
    ["Il codice per accedere è 482913", "482913"],
    ["Codice Acme: 482913. Non condividerlo.", "482913"],
    ["Il tuo codice di verifica è 482913", "482913"],
    ["Digita 291604 per confermare la spesa di 500,00 EUR con la carta che termina con 4821.", "291604"],
    ["7714 è il tuo codice Acme. Non condividerlo con nessuno.", "7714"],
    ["Codice OTP: 338104. Valido 5 minuti.", "338104"],
    ["Inserisci il codice 60412 per accedere ad Acme", "60412"],
  ],
  none: [
    "La tua password è stata modificata. Pratica 482913",
    "Usa il codice sconto 48213 per avere il 20% di sconto.",
    "Il tuo pacco 482913 arriva il 12/05/2026 alle 14:30.",
    "Il tuo codice fiscale non è valido. Chiama il 800 123456.",
    "Non comunicare mai il codice a nessuno.",
  ],
};

export const romanian: Table = {
  codes: [
    ["Codul tău Acme este 482913", "482913"],
    ["Cod Acme: 482913. Nu îl distribui.", "482913"],
    ["Codul tău: 66134", "66134"],
    ["Codul tău de verificare este 482913", "482913"],
    ["Codul dvs. de securitate: 7716. Nu îl comunicați nimănui.", "7716"],
    ["550128 este codul tău de confirmare Acme", "550128"],
    ["Cod de autentificare Acme: 90412", "90412"],
  ],
  none: [
    "Coletul AWB 482913 ajunge azi.",
    "Ai 20% reducere cu codul promo 48213.",
    "Cardul care se termină în 4821 a fost folosit pentru 49,90 lei.",
  ],
};
