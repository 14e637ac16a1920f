import type { ByteReader } from './bytes.ts';
import type { Signalling } from './signalling.ts';

/** Kind of an entry that holds audio: an audio file, or a packet capture of calls. */
export type SoundKind = 'audio' | 'pcap';

/** Verdict on the content of a file. `reason` is for people and contains no name. */
export type ContentVerdict =
  /** The file begins like a known container, or a format recognises it; whether it can be decoded is not checked. */
  | { readonly is: 'medium'; readonly kind: SoundKind; readonly reason: string }
  /** No format recognises the file, and it is neither text nor a known kind of other file: it may be a recording in an unknown format. */
  | { readonly is: 'unknown'; readonly reason: string }
  /** The file is empty, a text, an image, a document or a program. */
  | { readonly is: 'other'; readonly reason: string };

/** Decides whether an entry is a medium. It is made from the list of formats, so that no command and no importer has its own list. */
export interface MediaJudge {
  /** Kind by extension, in any letter case and with trailing blanks; null: the name does not decide. Reads nothing. */
  kindOfName(path: string): SoundKind | null;
  /**
   * Kind by content, if the name does not decide: the first bytes of a container, otherwise an identification like `longplay identify`; null: unknown format.
   * Reads the first bytes, and a bounded part of files that are not media.
   * @throws LongplayError if the bytes cannot be read.
   */
  kindOfBytes(reader: ByteReader, path: string, signal: AbortSignal): Promise<SoundKind | null>;
  /** Like `kindOfBytes`, with a reason, and with the kind of other file if it is not a medium. */
  judgeContent(reader: ByteReader, path: string, signal: AbortSignal): Promise<ContentVerdict>;
  /**
   * Returns the signalling of calls in at most the first `mostBytes` of a capture; null: it is not a capture of a known format.
   * @throws LongplayError if the bytes cannot be read.
   */
  signallingOf(reader: ByteReader, path: string, mostBytes: number, signal: AbortSignal): Promise<Signalling | null>;
}
