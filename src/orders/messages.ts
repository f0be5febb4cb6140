import { createHash } from "node:crypto";
import type { ReceivedMessage } from "../core/desks.ts";
import type { Message } from "../core/verification.ts";
import { extractCode } from "./codes/extract.ts";

const LONGEST_TEXT = 4096;
const LONGEST_NAME = 128;

/** What an upstream handed out, as it is kept: bounded, without control characters, under an id of its own. */
export function toMessage(received: ReceivedMessage, seenTime: Date): Message {
  const sender = received.sender === undefined ? undefined : clean(received.sender, LONGEST_NAME);
  const given = received.code === undefined ? undefined : clean(received.code, LONGEST_NAME);
  const text = clean(received.text, LONGEST_TEXT);
  return {
    messageId: received.messageId ? clean(received.messageId, LONGEST_NAME) : contentId(received, text, sender, given),
    sender,
    text,
    code: given ?? codeIn(text),
    receiveTime: received.receiveTime ?? seenTime,
    late: false,
  };
}

/** Where an upstream hands out the text alone: the code, if it is certain. */
function codeIn(text: string): string | undefined {
  const found = extractCode(text);
  return found.kind === "code" ? found.code : undefined;
}

/** What messages are told apart by, and ordered: no moment where the upstream names no zone. */
export function timeOf({ receiveTime, shownTime }: ReceivedMessage): number | undefined {
  return (receiveTime ?? shownTime)?.getTime();
}

/** The same message seen twice gets the same id. */
function contentId(received: ReceivedMessage, ...content: (string | undefined)[]): string {
  const hash = createHash("sha256").update(JSON.stringify([timeOf(received) ?? null, ...content]));
  return `msg_${hash.digest("hex").slice(0, 24)}`;
}

function clean(text: string, longest: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point; tab and newline stay.
  const printable = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
  return printable.slice(0, longest).toWellFormed();
}
