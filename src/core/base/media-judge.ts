import type { ByteReader } from './bytes.ts';

/** What an entry is that holds sound: audio, or a capture of the packets of calls. */
export type SoundKind = 'audio' | 'pcap';

/** What the content of a file says of it. `reason` is for people and holds no name. */
export type ContentVerdict =
  /** It begins as a known container, or a format recognises it; whether it can be decoded is not asked. */
  | { readonly is: 'medium'; readonly kind: SoundKind; readonly reason: string }
  /** No format recognises it, and it is neither text nor a known kind of other file: a recording in an unknown format looks like this. */
  | { readonly is: 'unknown'; readonly reason: string }
  /** Empty, text, an image, a document, a program. */
  | { readonly is: 'other'; readonly reason: string };

/** The one answer to the question whether an entry is a medium. Made from the list of formats, so that no command and no importer has a list of its own. */
export interface MediaJudge {
  /** What the extension says, in any letter case and with blanks behind it; null: the name leaves it open. Reads nothing. */
  kindOfName(path: string): SoundKind | null;
  /**
   * What the bytes say, where the name leaves it open: the first bytes of a container, else an identification as of `longplay identify`; null: no format knows them.
   * Reads the first bytes and a bounded part of what is no medium.
   * @throws LongplayError where the bytes cannot be read.
   */
  kindOfBytes(reader: ByteReader, path: string, signal: AbortSignal): Promise<SoundKind | null>;
  /** The same with a reason, and with what else it may be where it is no medium. */
  judgeContent(reader: ByteReader, path: string, signal: AbortSignal): Promise<ContentVerdict>;
}
