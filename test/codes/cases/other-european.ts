import type { Table } from "./table.ts";

export const finnish: Table = {
  codes: [
    ["Acme: Koodisi on 482913", "482913"],
    ["Acme-koodi: 482913. Älä jaa koodia.", "482913"],
    ["Vahvistuskoodisi on 482913", "482913"],
    ["Acme-vahvistuskoodi: 7726. Älä jaa sitä kenellekään.", "7726"],
    ["Käytä koodia 550917 kirjautuaksesi palveluun.", "550917"],
    ["66124 on kertakäyttökoodisi", "66124"],
  ],
  none: [
    "Pakettisi lähetystunnus 482913 on noudettavissa, kaappi 4821.",
    "Alennuskoodilla 48213 saat 20 % alennusta.",
    "Kortilla, päättyvä 4821, maksettiin 49,90 euroa.",
  ],
};

export const hungarian: Table = {
  codes: [
    ["A kódod: 482913", "482913"],
    ["Acme kód: 482913. Ne oszd meg.", "482913"],
    ["Az Ön ellenőrző kódja: 482913", "482913"],
    ["Biztonsági kódod 7727. Ne oszd meg senkivel.", "7727"],
    ["550919 az Acme belépési kódod", "550919"],
    ["OTP Bank: jóváhagyó kód 66125, összeg 12 500 Ft", "66125"],
  ],
  none: [
    "OTP Bank 48213 Ft terhelés, egyenleg: 123456 Ft",
    "Kuponkód: 48213, 20% kedvezmény.",
    "Rendelésszám: 482913. Átvételi kód 4821.",
  ],
};

export const turkish: Table = {
  codes: [
    ["Kodunuz 482913, kimseyle paylaşmayın", "482913"],
    ["Acme giriş şifreniz: 482913", "482913"],
    ["Acme kodu: 482913. Bu kodu kimseyle paylaşmayın.", "482913"],
    ["Doğrulama kodunuz: 482913", "482913"],
    ["Acme doğrulama kodunuz 482913'dür. Kimseyle paylaşmayın.", "482913"],
    ["7728 Acme giriş kodunuz. 3 dakika geçerlidir.", "7728"],
    ["DOĞRULAMA KODU 550920 ILE GIRIS YAPABILIRSINIZ", "550920"],
    ["4821 ile biten kartınızla 1.250,00 TL ödeme için şifreniz: 66126", "66126"],
    ["OTP'niz: 904418", "904418"],
  ],
  none: [
    "Şifreniz değiştirildi. İşlem no 482913",
    "İndirim kodu 48213 ile %20 indirim.",
    "482913 numaralı kargonuz yola çıktı.",
    "4821 ile biten kartınızdan 482,91 TL çekildi.",
    "Şifrenizi kimseyle paylaşmayın. Bilgi: 0850 123 45 67",
  ],
};

export const greek: Table = {
  codes: [
    ["Acme: ο κωδικός σας 482913", "482913"],
    ["Το OTP σας είναι 482913", "482913"],
    ["Κωδικός Acme: 482913. Μην τον μοιραστείτε.", "482913"],
    ["Ο κωδικός επαλήθευσης σας είναι 482913", "482913"],
    ["Κωδικός μίας χρήσης: 7729. Ισχύει για 5 λεπτά.", "7729"],
    ["Το 550921 είναι ο κωδικός επιβεβαίωσης Acme", "550921"],
    ["ΚΩΔΙΚΟΣ ΑΣΦΑΛΕΙΑΣ: 66127", "66127"],
  ],
  none: [
    "Κωδικός έκπτωσης 48213 για έκπτωση 20%.",
    "Η παραγγελία 482913 στάλθηκε.",
    "Χρέωση 48,21 € στην κάρτα που λήγει σε 4821.",
  ],
};
