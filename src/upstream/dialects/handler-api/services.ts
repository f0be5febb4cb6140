/** The best-known of the codes that all hosts share, for those that do not list their services. */
const SERVICES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    am: "Amazon",
    aon: "Binance",
    bw: "Signal",
    dh: "eBay",
    dr: "OpenAI",
    ds: "Discord",
    ew: "Nike",
    fb: "Facebook",
    fu: "Snapchat",
    go: "Google / YouTube / Gmail",
    hb: "Twitch",
    ig: "Instagram",
    im: "imo",
    jg: "Grab",
    ka: "Shopee",
    kf: "Weibo",
    kt: "KakaoTalk",
    lf: "TikTok",
    ma: "Mail.ru",
    mb: "Yahoo",
    me: "LINE",
    mj: "Zalo",
    mm: "Microsoft",
    mo: "Bumble",
    mt: "Steam",
    nf: "Netflix",
    nv: "Naver",
    oi: "Tinder",
    ok: "OK.ru",
    ot: "Any other",
    pf: "Plenty of Fish",
    qq: "QQ",
    qv: "Badoo",
    re: "Coinbase",
    tg: "Telegram",
    tn: "LinkedIn",
    ts: "PayPal",
    tw: "Twitter",
    ub: "Uber",
    uk: "Airbnb",
    vi: "Viber",
    vk: "VK",
    wa: "WhatsApp",
    wb: "WeChat",
    wx: "Apple",
    yw: "Grindr",
    // Of rentals: messages from everybody.
    full: "Any service",
  }),
);

/**
 * What a code is called where the host does not say. An unknown code is a service of its own, by a name that no brand
 * has: the code `att` may be anything but AT&T.
 */
export function serviceNameOf(code: string): string {
  return SERVICES.get(code) ?? `Service ${code}`;
}
