/** Reasons why a server refuses a request, in English and by code; `{n}` is filled in. A page has them in its language, and uses the English text for an unknown code. */
export const refusalTexts = {
  'refused-too-often': 'Too many requests. Wait a moment.',
  'refused-sign-in': 'Sign in first.',
  'refused-proxy-silent': 'The proxy did not say who you are.',
  'refused-proxy-only': 'This server is reached through its proxy.',
  'refused-proxy-nobody': 'The proxy named nobody who may come in.',
  'refused-address': 'Open the address that the server printed when it started.',
  'refused-address-used': 'This address has been used, or is none. The server printed another one.',
  'refused-foreign': 'This was not sent by our own page.',
  'refused-token': 'The token of the session is missing. Load the page again.',
  'refused-unfit': 'This request cannot be answered.',
  'refused-not-there': 'There is no such thing here.',
  'refused-archive': 'The archive cannot answer this now. The keeper of the archive has been told.',
  'refused-log': 'The log of the archive cannot be written now, and nothing is handed out without an entry. Try again in a moment.',
  'refused-question': 'That is no question.',
  'refused-request': 'That says nothing that can be done.',
  'refused-nothing-asked': 'That asks for nothing that can be added. Search for something first, or name somebody.',
  'refused-too-long': 'That is too long: more than {n} bytes.',
  'refused-right-listen': 'Your role may not find or hear recordings.',
  'refused-right-file': 'Your role may not have this file.',
  'refused-right-export': 'Your role may not take recordings along.',
  'refused-right-annotate': 'Your role may not write notes.',
  'refused-right-note': 'Others wrote this. Who wrote it may withdraw it, and who administers.',
  'refused-note-text': 'A note has 1 to {n} characters, a tag 1 to {tag} and no comma.',
  'refused-note-gone': 'It was withdrawn before.',
  'refused-note-full': 'This recording has {n} notes and tags; more are not taken.',
  'refused-right-sessions': 'Your role may not see who is in, nor end sessions.',
  'refused-nobody-in': 'Nobody of that name is in.',
  'refused-session-over': 'That session has ended already.',
  'refused-quota-recordings':
    'Your role may have {most} recordings a day. You have had {used}, and this is {more} more. It opens again at 00:00 UTC, in {hours} h {minutes} min.',
  'refused-quota-hours':
    'Your role may have {most} hours of sound a day. You have had {used}, and this is {more} more. It opens again at 00:00 UTC, in {hours} h {minutes} min.',
  'refused-second-recordings':
    'One person may export {most} recordings a day. You have exported {used}, and this is {more} more: it needs a second person. Ask, and somebody else who may export these recordings can allow it.',
  'refused-second-hours':
    'One person may export {most} hours of sound a day. You have exported {used}, and this is {more} more: it needs a second person. Ask, and somebody else who may export these recordings can allow it.',
  'refused-second-waits': 'You have asked for this export. It waits for a second person.',
  'refused-second-allowed': 'This export is allowed already. Download it.',
  'refused-second-not-needed': 'This export needs no second person.',
  'refused-second-reason': 'Give the reason in 1 to {n} characters.',
  'refused-second-full': 'Too many export requests are open. {own} of one user are kept, and {all} of all.',
  'refused-second-self': 'This is your own request. Somebody else has to decide on it.',
  'refused-second-over': 'This request is no longer open.',
  'refused-other-file': 'The file is another one by now.',
  'refused-no-part': 'There is no such part of the file.',
  'refused-damaged': 'This file is damaged or cannot be read. The keeper of the archive has been told.',
  'refused-lost': 'This file is lost: it is not in the archive any more. The keeper of the archive has been told.',
  'refused-altered': 'This file is not what was archived: its SHA-256 is another, and it is not handed out. The keeper of the archive has been told.',
  'refused-proof': 'The log does not say enough of this recording to prove it, or something is damaged. The keeper of the archive has been told.',
  'refused-span': 'The sound has no such part, or is of a kind that no part is cut out of.',
  'refused-none-found': 'No recording matches.',
  'refused-too-many': 'More than {n} recordings match. Ask for fewer, or let the keeper of the archive export them.',
  'refused-size': 'How large it is shows when it is made.',
  'refused-given-up': 'It was given up.',
  'refused-case-large': 'The case holds more than {n} recordings. The keeper of the archive can export it with: longplay case export',
  'refused-case-full': 'A case holds up to {n} recordings and up to {files} files of messages. Narrow the question, or open several cases.',
  'refused-case-title': 'Name the case in a few words, of up to {n} characters.',
  'refused-case-country': 'Give the calling code of the country as +46.',
  'refused-case-reason': 'Say the reason in a sentence of up to {n} characters.',
  'refused-case-busy': 'Somebody else is working on this case now. Try again in a moment.',
  'refused-case-about': 'This case is about nobody in particular, so all would be masked. Open one about somebody.',
  'refused-case-nobody': 'This case is about nobody in particular, so nobody can be them. Open one about somebody.',
  'refused-case-whom': 'Which party is meant is not clear. Choose one.',
  'refused-case-namesakes': 'Several entries of the register of persons have this name. Give the key of one.',
  'refused-messages-none': 'No message could be read of this file. Mails (.eml), tables (.csv with columns time, from, to, text) and vCons are.',
  'refused-zone': 'There is no such time zone. Give a name such as Europe/Stockholm.',
  'refused-busy': 'The server is busy with another of these. Try again in a moment.',
  'refused-zip-busy': 'Another case is being made ready. Try again in a moment.',
} as const;

/** Code without the common prefix. */
export type RefusalCode = keyof typeof refusalTexts extends `refused-${infer Code}` ? Code : never;

/** Numbers in a refusal, by their names in its text. */
export type RefusalNumbers = Readonly<Record<string, number>>;

/** The server's answer to a refused request. */
export interface PageRefusal {
  /** In English, filled in. */
  readonly error: string;
  readonly code: RefusalCode;
  readonly numbers: RefusalNumbers;
}

/** Creates a refusal in the form in which it is sent. */
export function pageRefusal(code: RefusalCode, numbers: RefusalNumbers): PageRefusal {
  return { error: refusalText(refusalTexts, code, numbers), code, numbers };
}

/** Formats a refusal. @param texts of a language */
export function refusalText(texts: Readonly<Record<keyof typeof refusalTexts, string>>, code: RefusalCode, numbers: RefusalNumbers): string {
  return texts[`refused-${code}`].replace(/\{(\w+)\}/g, (place, name: string) => String(numbers[name] ?? place));
}
