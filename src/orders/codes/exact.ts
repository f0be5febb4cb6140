// The two forms in which a site or an app marks its code for the phone to read.
//
// - Origin-bound one-time codes, https://wicg.github.io/sms-one-time-codes: the last line is `@host #code`, and for a
//   code that is typed into a frame ` @host` of the frame; Apple writes `%host` there.
// - Android's SMS Retriever: the message ends in an eleven-character hash of the app that it is for, on a line of its
//   own or after a message that begins with `<#>`.

const LINE = /^@[a-z0-9.-]{1,253}(?::\d{1,5})? #(?<code>[a-z0-9][a-z0-9-]{1,13}[a-z0-9])(?: [@%]\S{1,253})?$/i;
const MARK = /^(?:<#>|\[#\])/;
const HASH = /^[A-Za-z0-9+/]{11}$/;

export interface Found {
  readonly code: string;
  readonly start: number;
  readonly end: number;
}

export function originBoundCode(text: string): Found | undefined {
  const message = text.trimEnd();
  const lineStart = message.lastIndexOf("\n") + 1;
  const line = message.slice(lineStart);
  const code = LINE.exec(line)?.groups?.code;
  if (code === undefined) return undefined;
  const start = lineStart + line.indexOf("#") + 1;
  return { code, start, end: start + code.length };
}

/** The text with spaces in place of what is there for the phone alone. */
export function withoutAppHash(text: string): string {
  const message = text.trimEnd();
  const marked = MARK.test(message);
  const hashStart = Math.max(message.lastIndexOf("\n"), marked ? message.lastIndexOf(" ") : -1) + 1;
  const body = hashStart > 0 && HASH.test(message.slice(hashStart)) ? message.slice(0, hashStart) : message;
  return (marked ? body.replace(MARK, (mark) => " ".repeat(mark.length)) : body).padEnd(text.length);
}
