/**
 * Reasons why a server refuses a request, by code, in English; `{n}` is a placeholder. A page has these texts in its own language, and uses the
 * English text for a code that it does not know.
 */
export const refusalTexts = {
  'refused-too-often': 'Too many requests. Wait a moment.',
  'refused-sign-in': 'Sign in first.',
  'refused-proxy-silent': 'The proxy did not say who you are.',
  'refused-proxy-only': 'This server is reached through its proxy.',
  'refused-proxy-nobody': 'The proxy named nobody who has access.',
  'refused-address': 'Open the address that the server printed when it started.',
  'refused-address-used': 'This address has already been used, or is invalid. The server printed another one.',
  'refused-foreign': 'This request did not come from the page of this server.',
  'refused-token': 'The session token is missing. Load the page again.',
  'refused-unfit': 'This request cannot be answered.',
  'refused-not-there': 'There is nothing here.',
  'refused-archive': 'The archive cannot answer this now. The operator of the archive has been notified.',
  'refused-log': 'The log of the archive cannot be written now, and nothing is handed out without an entry. Try again in a moment.',
  'refused-question': 'This is not a valid query.',
  'refused-request': 'This is not a valid request.',
  'refused-nothing-asked': 'Nothing was selected to add. Search for something first, or name somebody.',
  'refused-too-long': 'This is too long: more than {n} bytes.',
  'refused-right-listen': 'Your role does not allow searching or playing recordings.',
  'refused-right-file': 'Your role does not allow access to this file.',
  'refused-shared-file':
    'This file of the recorder may describe other calls as well, and your role sees only some calls. What it says of this call is in recording.json.',
  'refused-right-export': 'Your role does not allow downloading recordings.',
  'refused-right-annotate': 'Your role does not allow writing notes.',
  'refused-right-note': 'Somebody else wrote this. Only its author and administrators can withdraw it.',
  'refused-note-text': 'A note has 1 to {n} characters, a tag 1 to {tag} and no comma.',
  'refused-note-gone': 'It was already withdrawn.',
  'refused-note-full': 'This recording has {n} notes and tags; no more are accepted.',
  'refused-right-sessions': 'Your role does not allow seeing or ending sessions.',
  'refused-nobody-in': 'Nobody with that name is signed in.',
  'refused-session-over': 'That session has already ended.',
  'refused-quota-recordings':
    'The daily limit of recordings for your role is {most}. You have used {used}, and this is {more} more. The limit resets at 00:00 UTC, in {hours} h {minutes} min.',
  'refused-quota-hours':
    'The daily limit of hours of audio for your role is {most}. You have used {used}, and this is {more} more. The limit resets at 00:00 UTC, in {hours} h {minutes} min.',
  'refused-second-recordings':
    'The daily limit of recordings that one person may export is {most}. You have exported {used}, and this is {more} more: it needs a second person. Send a request, and somebody else who may export these recordings can approve it.',
  'refused-second-hours':
    'The daily limit of hours of audio that one person may export is {most}. You have exported {used}, and this is {more} more: it needs a second person. Send a request, and somebody else who may export these recordings can approve it.',
  'refused-second-waits': 'You have already requested this export. It waits for a second person.',
  'refused-second-allowed': 'This export is already approved. Download it.',
  'refused-second-not-needed': 'This export needs no second person.',
  'refused-second-reason': 'Give a reason of 1 to {n} characters.',
  'refused-second-full': 'Too many export requests are open. The limits are {own} per user and {all} in total.',
  'refused-second-self': 'This is your own request. Somebody else has to decide on it.',
  'refused-second-over': 'This request is no longer open.',
  'refused-other-file': 'The file has changed.',
  'refused-no-part': 'The file has no such part.',
  'refused-damaged': 'This file is damaged or cannot be read. The operator of the archive has been notified.',
  'refused-lost': 'This file is lost: it is no longer in the archive. The operator of the archive has been notified.',
  'refused-altered':
    'This file differs from what was archived: it has another SHA-256 and is not handed out. The operator of the archive has been notified.',
  'refused-proof':
    'The log does not say enough about this recording to prove it, or something is damaged. The operator of the archive has been notified.',
  'refused-span': 'The audio has no such part, or parts cannot be cut from this kind of file.',
  'refused-none-found': 'No recording matches.',
  'refused-too-many': 'More than {n} recordings match. Narrow the search, or ask the operator of the archive to export them.',
  'refused-size': 'The size is known only when the file is made.',
  'refused-given-up': 'It was cancelled.',
  'refused-case-large': 'The case holds more than {n} recordings. The operator of the archive can export it with: longplay case export',
  'refused-case-full': 'A case holds up to {n} recordings and up to {files} message files. Narrow the search, or open several cases.',
  'refused-case-title': 'Name the case in a few words, of up to {n} characters.',
  'refused-case-country': 'Give the calling code of the country in the form +46.',
  'refused-case-reason': 'Give the reason in one sentence of up to {n} characters.',
  'refused-case-busy': 'Somebody else is working on this case now. Try again in a moment.',
  'refused-case-about': 'This case has no data subject, so everybody would be masked. Open a case with a data subject.',
  'refused-case-nobody': 'This case has no data subject, so nobody can be that person. Open a case with a data subject.',
  'refused-case-whom': 'It is not clear which party is meant. Choose one.',
  'refused-case-namesakes': 'Several entries in the register of persons have this name. Give the key of one.',
  'refused-messages-none':
    'No message could be read from this file. Readable are mails (.eml), tables (.csv with columns time, from, to, text) and vCons.',
  'refused-zone': 'There is no such time zone. Give a name, e.g. Europe/Stockholm.',
  'refused-busy': 'The server is busy with another such request. Try again in a moment.',
  'refused-sealed': 'The key of this recording is not available now. The operator of the archive has been notified.',
  'refused-erased': 'This recording was erased. Nobody can read it any more.',
  'refused-erased-on': 'This was erased on {date} on request {request}. Nobody can read it any more.',
  'refused-erased-case': 'This case, or a part of it, was erased. Nobody can read it any more.',
  'refused-sealed-case': 'The key of this case is not available now. The operator of the archive has been notified.',
  'refused-zip-busy': 'Another case is being prepared. Try again in a moment.',
} as const;

/** Code without the common prefix. */
export type RefusalCode = keyof typeof refusalTexts extends `refused-${infer Code}` ? Code : never;

/** Numbers in a refusal, by the names of their placeholders. */
export type RefusalNumbers = Readonly<Record<string, number>>;

/** Words in a refusal that are the same in every language, by the names of their placeholders: a date, an id. */
export type RefusalWords = Readonly<Record<string, string>>;

/** The server's answer to a refused request. */
export interface PageRefusal {
  /** English text with its numbers. */
  readonly error: string;
  readonly code: RefusalCode;
  readonly numbers: RefusalNumbers;
  /** Absent: none. */
  readonly words?: RefusalWords;
}

/** Creates a refusal in the form in which it is sent. */
export function pageRefusal(code: RefusalCode, numbers: RefusalNumbers, words: RefusalWords = {}): PageRefusal {
  const error = refusalText(refusalTexts, code, { ...numbers, ...words });
  return { error, code, numbers, ...(Object.keys(words).length === 0 ? {} : { words }) };
}

/** Formats a refusal. @param texts texts of one language */
export function refusalText(
  texts: Readonly<Record<keyof typeof refusalTexts, string>>,
  code: RefusalCode,
  values: Readonly<Record<string, number | string>>,
): string {
  return texts[`refused-${code}`].replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
