import type { ByteReader } from './bytes.ts';
import type { Signalling } from './signalling.ts';

/** Kind of an entry with audio: an audio file, or a packet capture of calls. */
export type SoundKind = 'audio' | 'pcap';

/** Verdict on the content of a file. `reason` is for people and contains no name. */
export type ContentVerdict =
  /** The file begins like a known container, or a format recognises it; whether it can be decoded is not checked. */
  | { readonly is: 'medium'; readonly kind: SoundKind; readonly reason: string }
  /** No format recognises the file, and it is neither text nor another known kind of file: it may be a recording in an unknown format. */
  | { readonly is: 'unknown'; readonly reason: string }
  /** The file is empty, a text, an image, a document or a program. */
  | { readonly is: 'other'; readonly reason: string };

/** Decides whether an entry is a medium. Created from the list of formats, so that no command and no importer has a list of its own. */
export interface MediaJudge {
  /** Returns the kind by extension, in any letter case and with trailing blanks; null: the name does not decide. Reads nothing. */
  kindOfName(path: string): SoundKind | null;
  /**
   * Returns the kind by content, for an entry whose name does not decide: from the first bytes of a known container, otherwise by identifying the
   * format as `longplay identify` does; null: unknown format. Reads the first bytes, and a bounded part of files that are not media. @throws
   * LongplayError if the bytes cannot be read.
   */
  kindOfBytes(reader: ByteReader, path: string, signal: AbortSignal): Promise<SoundKind | null>;
  /** Judges the content like `kindOfBytes`, but with a reason, and with the kind of file if it is not a medium. */
  judgeContent(reader: ByteReader, path: string, signal: AbortSignal): Promise<ContentVerdict>;
  /**
   * Reads the signalling of calls in at most the first `mostBytes` of a capture; null: not a capture of a known format.
   * @throws LongplayError if the bytes cannot be read.
   */
  signallingOf(reader: ByteReader, path: string, mostBytes: number, signal: AbortSignal): Promise<Signalling | null>;
}
