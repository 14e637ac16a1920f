/** Audio that a container states or shows and that the spans of its tracks do not hold. Each value is given if it is known; the values overlap and are not summed. */
export interface Shortfall {
  /** Samples per channel of the first track according to the container: accurate enough to detect loss, not for cutting. */
  readonly statedFrames?: number;
  /** Like `statedFrames`, but pauses may have no packets: used only if FFmpeg printed warnings, too. */
  readonly statedSpanFrames?: number;
  /** Samples per channel of damaged or lost frames that are replaced by silence. */
  readonly filledFrames?: number;
  /** Stated audio bytes beyond the end of the file. */
  readonly missingBytes?: number;
  /** Bytes within the audio, or after it where only audio should be, that are neither frame, page, packet nor known tag. */
  readonly strayBytes?: number;
  /** Bytes of frames or blocks that are known to be damaged and are decoded all the same: their audio is unreliable. */
  readonly brokenBytes?: number;
  /** Largest container overhead per packet in bytes; more bytes in the file are not audio. Used only if FFmpeg printed warnings, too; absent: unknown. */
  readonly besidePacketBytes?: number;
  /** True if the file is cut and the stated length covers only its last part or page, so that more may be missing. Absent: no. */
  readonly mayGoOn?: boolean;
  /** Bytes after the end of the container that do not belong to it. */
  readonly bytesBehind?: number;
  /** Bytes that may be audio in a file without a track, if the format has examined all of them; absent: they are searched for. */
  readonly bytesWithoutSound?: number;
  /** Ranges [start, end) of a file without a track that are its own tags, index, pictures or video: they are not searched for audio. */
  readonly otherBytes?: readonly (readonly [start: number, end: number])[];
}
