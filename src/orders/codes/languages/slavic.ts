import type { Language } from "./language.ts";

// "to" joins a code and its name too, but only beside the name: elsewhere it is a word of other languages.

export const polish: Language = {
  certain: `kod weryfikacyjny, kod weryfikacyjny to, kodem weryfikacyjnym, kod weryfikacji, kod bezpieczeństwa,
    kod bezpieczeństwa to, kod potwierdzający, kod potwierdzenia, kod dostępu, kod aktywacyjny, kod autoryzacyjny,
    kod autoryzacji, kod uwierzytelniający, kod logowania, kod do logowania, kod jednorazowy, jednorazowy kod,
    jednorazowe hasło, hasło jednorazowe, kod sms, hasło sms, smskod, kod rejestracyjny, kod do rejestracji,
    kod otp, hasło tymczasowe, kod dostępu to, kod logowania to, kodu weryfikacyjnego`,
  general: "kod, kod to, kodem, kodu, kod pin, pin, hasło, hasło to",
  is: "jest, brzmi, to twój, to państwa, to pana, to kod",
  your: "twój, twoj, twoim, państwa, pana, ten, następujący, tego, oto",
  of: "do, dla, w, z, na, od",
  enter: "wpisz, użyj, podaj, wprowadź",
  purpose: `zweryfikować, potwierdzić, aby potwierdzić, zalogować, zalogować się, logowanie, logowania, autoryzacja,
    aktywować, rejestracja, rejestracji, weryfikacja, weryfikacji, dokończyć, zresetować`,
  gone: `wysłany, wysłaliśmy, wysłano, wygasł, zażądano, użyty, nieprawidłowy, błędny, zmienione, został, zostało,
    otrzymasz, zablokowany`,
  invalid: "wygasł, nieprawidłowy, nieważny, błędny",
  link: "łącze, kliknij",
  warning: "nie udostępniaj, nie podawaj, nigdy, nikomu, nie przekazuj",
  otherCodes: `kod pocztowy, kod rabatowy, kod promocyjny, kod kreskowy, kod qr, kod odbioru, kod paczki, kod błędu,
    kod produktu, kod klienta, kod rezerwacji, kod kraju, kod zniżkowy, kodem rabatowym, kod prezentowy,
    kod polecający, kod do paczkomatu, hasło wifi`,
  numbers: `
    numer konta, nr konta, numer zamówienia, nr zamówienia, faktura, faktury, referencja, przesyłka, przesyłki,
    paczka, lot, pociąg, peron, pokój, tel, telefon, telefonu, numer, nr, kończąca się na, kończącej się,
    kończącą się na, zakończona, saldo, kwota, kwotę, zadzwoń, pod numer, klienta nr, polisa, rezerwacja, bilet,
    sprawa, od roku, rok, blik`,
  things: `
    konto, konta, zamówienie, zamówienia, karta, karty, kartą, płatność, przelew, przelewu, transakcja, transakcji,
    urządzenie, zakup`,
  units: `
    minuta, minuty, minut, min, godzina, godziny, godzin, godz, sekunda, sekundy, sekund, sek, dzień, dni, tydzień,
    tygodni, miesiąc, miesięcy, lat, roku, punktów, pkt, złotych, zł, groszy, procent, klientów`,
  offer: "rabat, rabatu, zniżka, zniżki, promocja, oferta, kup teraz, wygraj, gratis, prezent, taniej, wyprzedaż",
};

export const czech: Language = {
  certain: `ověřovací kód, ověřovací ověřovacího kódu, bezpečnostní kód, bezpečnostní potvrzovací kód,
    potvrzovací přístupový kód, aktivační kód, autorizační kód, autentizační kód, přihlašovací kód,
    přihlašovací jednorázový kód, jednorázové heslo, sms kód, sms autorizační sms kód, kód pro přihlášení,
    kód pro ověření, kontrolní kód, registrační kód`,
  general: "kód, kódem, kódu, pin kód, heslo",
  is: "zní, je",
  your: "váš, tvůj, vaše, vas, tento, následující, zde",
  of: "pro, k, do, od, z, na, u",
  enter: "zadejte, zadej, použijte, použij, opište, vložte",
  purpose: `ověřit, ověření, potvrdit, potvrzení, přihlásit, přihlášení, registraci, registrace, aktivovat, dokončit,
    obnovit, autorizaci`,
  gone: `odeslán, odeslali, zaslán, vypršel, vyžádán, použit, neplatný, nesprávný, změněno, byl, bylo, obdržíte,
    zablokován`,
  invalid: "vypršel, neplatný, nesprávný",
  link: "odkaz, odkazu",
  warning: "nesdílejte, nesdílej, nikdy, nikomu, nesdělujte, nepředávejte",
  otherCodes: `poštovní kód, slevový kód, promo kód, čárový kód, qr kód, kód chyby, kód zásilky, kód pro vyzvednutí,
    kód produktu, kód zákazníka, kód rezervace, kód země, dárkový kód, heslo wifi, slevovým kódem`,
  numbers: `
    číslo účtu, č účtu, číslo objednávky, objednávka č, objednávka, objednávky, faktura, fakturu, zásilka, zásilku,
    zásilky, balík, číslo letu, vlak, kolej, pokoj, tel, telefon, číslo, č, čp, končící na, končící, zůstatek,
    částka, částku, volejte, na čísle, smlouva, rezervace, jízdenka, variabilní symbol, vs, od roku, rok, psč`,
  things: "účet, účtu, karta, karty, kartou, platba, platbu, platby, převod, transakce, transakci, zařízení, nákup",
  units: `
    minuta, minuty, minut, min, hodina, hodiny, hodin, hod, sekunda, sekundy, sekund, dny, dní, týden, týdnů, měsíc,
    měsíců, let, bodů, korun, kč, procent, zákazníků`,
  offer: "sleva, slevu, slevy, akce, nabídka, kupte, vyhrajte, zdarma, dárek, výprodej, poukaz",
};

export const slovak: Language = {
  certain: `overovací kód, overovací bezpečnostný kód, bezpečnostný potvrdzovací kód, prístupový kód, aktivačný kód,
    autorizačný kód, prihlasovací kód, prihlasovací jednorazový kód, jednorazový jednorazové heslo, sms kód,
    verifikačný kód`,
  general: "kód, kódu, heslo",
  your: "váš, tvoj, vaše, tento, nasledujúci",
  of: "pre, na, do, od",
  enter: "zadajte, zadaj, použite, použi",
  purpose: "overiť, overenie, potvrdiť, prihlásiť, prihlásenie, registráciu, aktivovať, dokončiť",
  gone: "odoslaný, poslali, vypršal, neplatný, zmenené, bol, bolo",
  invalid: "vypršal, neplatný, nesprávny",
  warning: "nezdieľajte, nezdieľaj, nikdy, nikomu, neposkytujte",
  otherCodes: "poštový kód, zľavový kód, čiarový kód, qr kód, kód zásielky, darčekový kód",
  numbers: `
    číslo účtu, číslo objednávky, objednávka, faktúra, zásielka, balík, vlak, izba, tel, číslo, č, končiacou na,
    končiaca na, zostatok, suma, volajte`,
  things: "účet, karta, kartou, platba, platbu, prevod, transakcia, zariadenie",
  units: "minúta, minúty, minút, hodina, hodiny, hodín, sekunda, sekundy, sekúnd, deň, dni, dní, bodov, eur",
  offer: "zľava, zľavu, akcia, ponuka, zadarmo, darček, výpredaj",
};

export const croatian: Language = {
  certain: `
    verifikacijski kod, verifikacioni kod, sigurnosni kod, bezbednosni kod, kod za potvrdu, kod za verifikaciju,
    kod za prijavu, potvrdni kod, pristupni kod, aktivacijski kod, aktivacioni kod, jednokratni kod,
    jednokratna lozinka, sms kod, kod za provjeru, kontrolni kod, верификациони код, код за потврду, сигурносни код,
    једнократни код, безбедносни код, код за пријаву, код за верификацију`,
  general: "kod, kôd, lozinka, код је",
  your: "vaš, tvoj, ovaj, sljedeći, ваш, твој, овај",
  of: "za, za prijavu u",
  enter: "unesite, upišite, koristite, unesi, унесите, користите",
  purpose: `
    potvrdu, potvrditi, potvrdili, prijavu, prijavili, prijava, verifikaciju, aktivirali, registraciju, пријаву,
    потврду, потврдили`,
  gone: "poslan, poslali, istekao, nevažeći, promijenjena, послат, истекао",
  invalid: "istekao, nevažeći, neispravan, истекао, неважећи",
  warning: "ne dijelite, nemojte dijeliti, nikada, nikome, ni s kim, не делите, никоме",
  otherCodes: "poštanski kod, promo kod, kod za popust, bar kod, qr kod, poklon kod, промо код, код за попуст",
  numbers: `
    broj računa, račun, narudžba, narudžba br, pošiljka, paket, broj leta, vlak, soba, tel, broj, br, završava na,
    završava s, saldo, iznos, nazovite, pozovite, број, бр, рачун, износ, поруџбина`,
  things: "kartica, karticom, plaćanje, transakcija, uređaj, картица",
  units: "minuta, minute, sat, sata, sati, sekundi, dan, dana, bodova, kuna, dinara, минута, минут, сати, динара",
  offer: "popust, akcija, ponuda, besplatno, poklon, kupite, попуст, понуда, поклон",
};

export const russian: Language = {
  certain: `код подтверждения, код подтверждение, код проверки, проверочный код, код безопасности, код авторизации,
    код активации, код доступа, код верификации, код для входа, код входа, одноразовый код, одноразовый пароль,
    смс код, код из смс, код регистрации, код для регистрации, код аутентификации, временный пароль, временный код,
    пароль для входа, код для подтверждения, кодом подтверждения, защитный код, секретный код, sms код, код sms,
    код восстановления, пин код для входа`,
  general: "код, пароль, пин, пин код, пинкод, кода, кодом",
  is: "это, является",
  your: "ваш, ваша, твой, вашим, вам, этот, следующий, новый, никому",
  of: "для, от, в, на, с, из",
  enter: "введите, введи, используйте, используй, укажите, наберите, вводите",
  purpose: `
    подтвердить, подтверждения, подтверждение, войти, вход, входа, авторизации, регистрации, регистрация, для входа,
    активировать, верификации, восстановить, восстановления, завершить`,
  gone: `
    отправлен, отправили, отправлено, выслан, истек, запрошен, использован, неверный, недействителен, изменен, был,
    было, получите, заблокирован`,
  invalid: "истек, истёк, неверный, неверен, недействителен, устарел, неправильный",
  link: "ссылка, ссылке, ссылку",
  warning: "никому, не сообщайте, никому не говорите, никому не сообщайте, не передавайте, никогда, не говорите",
  otherCodes: `почтовый код, промо код, код товара, код города, код страны, код заказа, штрих код, qr код, код купона,
    код скидки, код на скидку, код ошибки, код клиента, код получения, код выдачи, код посылки, код брони,
    код бронирования, код домофона, подарочный код, код маркировки, пароль wifi, пароль wi fi, пароль от вайфай,
    код подразделения, код сертификата`,
  numbers: `номер счета, счет №, номер заказа, заказ №, счет на оплату, накладная, посылка, посылку, отправление,
    трек номер, рейс, поезд, вагон, место, путь, номер, номере, кабинет, палата, комната, квартира, дом, тел,
    телефон, телефону, по телефону, номеру, по номеру, звоните, позвоните, №, n, заканчивается на,
    оканчивающейся на, на конце, остаток, баланс, доступно, сумма, сумму, сумме, договор, договору, заявка, заявку,
    заявке, обращение, обращению, билет, бронь, с года, год, инн, индекс, смс на, на номер, лицевой счет, лс`,
  things: `счет, счета, счету, заказ, заказа, заказу, карта, карты, карте, карту, оплата, покупка, покупки, перевод,
    перевода, операция, операции, транзакция, устройство, mir, visa`,
  units: `минута, минуты, минуту, минут, мин, час, часа, часов, ч, секунда, секунды, секунд, сек, с, день, дня, дней,
    неделя, недели, недель, месяц, месяца, месяцев, лет, год, года, г, балл, балла, баллов, бонусов, рубль, рубля,
    рублей, руб, р, коп, копеек, процентов, км, кг, гб, мб, шт, человек, клиентов`,
  offer: `скидка, скидки, скидку, скидкой, промокод, промокоду, акция, акции, распродажа, купите, выиграй, бесплатно,
    подарок, кэшбэк, выгода, бонусы`,
};

export const ukrainian: Language = {
  certain: `
    код підтвердження, код перевірки, код безпеки, код авторизації, код активації, код доступу, код верифікації,
    код для входу, код входу, одноразовий код, одноразовий пароль, смс код, код реєстрації, перевірочний код,
    тимчасовий пароль, тимчасовий код, код автентифікації, код для підтвердження, sms код`,
  general: "код, пароль, пін, пін код, коду, кодом",
  is: "це, є",
  your: "ваш, твій, вам, цей, наступний, новий",
  of: "для, від, в, у, на, з, із",
  enter: "введіть, введи, використайте, використовуйте, вкажіть, уведіть",
  purpose: `
    підтвердити, підтвердження, увійти, вхід, входу, авторизації, реєстрації, реєстрація, активувати, верифікації,
    відновити, завершити`,
  gone: `
    надіслано, надіслали, відправлено, закінчився, використано, невірний, недійсний, змінено, був, було, отримаєте,
    заблоковано`,
  invalid: "закінчився, невірний, недійсний, неправильний",
  link: "посилання, посиланням",
  warning: "нікому, не повідомляйте, не кажіть, ніколи, не передавайте, не розголошуйте",
  otherCodes: `
    поштовий код, промо код, код товару, код міста, код країни, код замовлення, штрих код, qr код, код купона,
    код на знижку, код знижки, код помилки, код видачі, пароль wifi, подарунковий код`,
  numbers: `
    номер рахунку, рахунок №, номер замовлення, замовлення №, накладна, ттн, посилка, посилку, відправлення, рейс,
    поїзд, вагон, місце, колія, номер, номері, кімната, тел, телефон, телефоном, за номером, телефонуйте, №,
    закінчується на, залишок, баланс, сума, суму, договір, заявка, звернення, квиток, бронь, рік, на номер, індекс,
    особовий рахунок`,
  things: `рахунок, рахунку, замовлення, картка, картки, картку, карта, карти, оплата, покупка, переказ, операція,
    транзакція, пристрій`,
  units: `хвилина, хвилини, хвилину, хвилин, хв, година, години, годин, год, секунда, секунди, секунд, сек, день, дні,
    днів, тиждень, тижнів, місяць, місяців, років, рік, року, р, бал, балів, бонусів, гривня, гривні, гривень, грн,
    копійок, відсотків, клієнтів`,
  offer: `
    знижка, знижки, знижку, промокод, акція, розпродаж, купуйте, вигравай, безкоштовно, подарунок, кешбек, вигода`,
};

export const bulgarian: Language = {
  certain: `код за потвърждение, код за сигурност, код за вход, код за достъп, код за активиране, код за проверка,
    код за верификация, еднократен код, еднократна парола, sms код, смс код, потвърдителен код, временна парола`,
  general: "код, кодът, кода, парола, пин",
  is: "е",
  your: "вашият, твоят, вашия, твоя, този, следния",
  of: "за, от, в",
  enter: "въведете, въведи, използвайте, използвай",
  purpose: "потвърдите, потвърждение, влезете, вход, регистрация, регистрацията, активирате, верификация",
  gone: "изпратен, изпратихме, изтекъл, невалиден, променена, беше, блокиран",
  invalid: "изтекъл, невалиден, грешен",
  warning: "не споделяйте, не споделяй, никога, с никого, на никого",
  otherCodes: "пощенски код, промо код, код за отстъпка, бар код, qr код, код на поръчка",
  numbers: `номер на сметка, сметка №, поръчка №, поръчка, фактура, пратка, полет, влак, стая, тел, телефон, номер, №,
    завършваща на, баланс, сума, обадете се на, на тел`,
  things: "сметка, карта, картата, плащане, покупка, превод, транзакция, устройство",
  units: "минута, минути, мин, час, часа, секунди, сек, ден, дни, лева, лв, точки",
  offer: "отстъпка, промоция, оферта, купи, спечели, безплатно, подарък",
};
