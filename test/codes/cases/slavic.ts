import type { Table } from "./table.ts";

export const polish: Table = {
  codes: [
    ["Podaj kod 482913, aby się zalogować", "482913"],
    ["Twój kod Acme: 482913", "482913"],
    ["Kod Acme: 482913. Nie udostępniaj go.", "482913"],
    ["Twój kod weryfikacyjny to 482913", "482913"],
    ["Kod SMS: 7719. Przelew na kwotę 1 250,00 PLN, konto kończące się na 4821.", "7719"],
    ["550913 to Twój kod logowania do Acme", "550913"],
    ["Wpisz 66120, aby potwierdzić logowanie do Acme.", "66120"],
    ["Haslo SMS do przelewu nr 3 z dn. 12-05-2026: 80412277", "80412277"],
    ["Kod: 118203. Nie udostępniaj go nikomu.", "118203"],
  ],
  none: [
    "Kod został wysłany na numer kończący się na 4821",
    "Kod rabatowy 48213 daje 20% zniżki.",
    "Twoja przesyłka 482913 czeka w automacie. Kod odbioru 4821.",
    "Nigdy nie podawaj nikomu kodu. Infolinia tel. 801 123 456",
    "Zamówienie nr 482913 zostało opłacone: 49,90 zł",
  ],
};

export const czech: Table = {
  codes: [
    ["Tvůj kód pro Acme je 482913", "482913"],
    ["Kód Acme: 482913. Nesdílejte ho.", "482913"],
    ["Váš ověřovací kód je 482913", "482913"],
    ["Autorizační SMS kód: 7720 pro platbu 1 250,00 Kč kartou končící na 4821", "7720"],
    ["550914 je váš přihlašovací kód. Nikomu ho nesdělujte.", "550914"],
    ["Pro přihlášení zadejte kód 66121", "66121"],
  ],
  none: [
    "Kód byl odeslán na číslo končící 4821",
    "Slevový kód 48213: sleva 20 % do 31. 5. 2026.",
    "Zásilka 482913 bude doručena 12. 5. mezi 10:00 a 12:00.",
    "Objednávka č. 482913 je připravena.",
  ],
};

export const slovak: Table = {
  codes: [
    ["Váš overovací kód je 482914", "482914"],
    ["Jednorazový kód: 7722. Platnosť 5 minút.", "7722"],
  ],
  none: ["Zásielka 482914 je pripravená na vyzdvihnutie."],
};

export const croatian: Table = {
  codes: [
    ["Vaš verifikacijski kod je 482915", "482915"],
    ["Kod za potvrdu: 7723. Ne dijelite ga ni s kim.", "7723"],
  ],
  none: ["Kod za popust 48213 donosi 20% popusta."],
};

export const russian: Table = {
  codes: [
    ["Ваш код для Acme 482913", "482913"],
    ["Никому не сообщайте! Пароль: 482913. Покупка на 1 500,00 RUB", "482913"],
    ["Одноразовый код для оплаты 1500 руб: 482913", "482913"],
    ["Ваш код для входа в аккаунт: 482913", "482913"],
    ["Ваш код 482913", "482913"],
    ["Код Acme: 482913. Никому его не говорите", "482913"],
    ["Ваш код подтверждения: 482913. Никому его не сообщайте.", "482913"],
    ["482913 — ваш код для входа в Acme", "482913"],
    ["Код: 7721", "7721"],
    ["Никому не говорите код 550915! Перевод 1 250,00 р. с карты *4821", "550915"],
    ["Пароль для входа 66122. Действителен 5 минут.", "66122"],
    ["Введите 90 12 44 для подтверждения", "901244", "90 12 44"],
    ["Acme: код 118204, вход с нового устройства 12.05.2026 в 14:35", "118204"],
  ],
  none: [
    "Код отправлен на номер, оканчивающийся на 4821",
    "Код отправлен на номер 482913",
    "Пароль изменён. Заявка 482913",
    "Код 48213 недействителен",
    "Никому не сообщайте код из SMS. Телефон банка 8 800 555-35-35",
    "Промокод 48213: скидка 20% до 31 мая!",
    "Заказ № 482913 готов к выдаче. Код получения 4821.",
    "Карта *4821: покупка 482.91р, баланс 12345.67р",
    "Ваш рейс SU 2490 вылетает в 14:35.",
  ],
};

export const ukrainian: Table = {
  codes: [
    ["Ваш код підтвердження: 482913", "482913"],
    ["7724 — код для входу. Нікому його не повідомляйте.", "7724"],
    ["Введіть код 550916, щоб увійти в Acme", "550916"],
    ["Одноразовий пароль 66123, дійсний 5 хвилин", "66123"],
  ],
  none: [
    "Посилка ТТН 482913 прибула у відділення 4821.",
    "Промокод на знижку 20%: 48213",
    "Поповнення на суму 482.91 грн. Залишок 1234.50 грн",
  ],
};

export const bulgarian: Table = {
  codes: [
    ["Вашият код за потвърждение е 482916", "482916"],
    ["Код за вход: 7725. Не го споделяйте.", "7725"],
  ],
  none: ["Поръчка № 482916 е изпратена."],
};
