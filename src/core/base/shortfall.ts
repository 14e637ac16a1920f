/**
 * Audio that a container states or shows but that is not in the spans of its tracks. A value is present if it is known. The values overlap: never add
 * them up.
 */
export interface Shortfall {
  /** Samples per channel of the first track according to the container: accurate enough to detect loss, but not to cut the audio. */
  readonly statedFrames?: number;
  /** Like `statedFrames`, for containers in which pauses may have no packets: used only if FFmpeg printed warnings as well. */
  readonly statedSpanFrames?: number;
  /** Samples per channel of damaged or lost frames, which silence replaces. */
  readonly filledFrames?: number;
  /** Stated audio bytes beyond the end of the file. */
  readonly missingBytes?: number;
  /** Bytes within the audio, or after it where only audio should be, that are no frame, page, packet or known tag. */
  readonly strayBytes?: number;
  /** Bytes of frames or blocks that are known to be damaged but are decoded: their audio is unreliable. */
  readonly brokenBytes?: number;
  /**
   * Largest container overhead per packet in bytes; any further bytes of the file that are not audio count as lost. Used only if FFmpeg printed
   * warnings as well; absent: unknown.
   */
  readonly besidePacketBytes?: number;
  /** True if the file is cut and the stated length covers only its last part or page, so that more may be missing. Absent: no. */
  readonly mayGoOn?: boolean;
  /** Bytes after the end of the container that do not belong to it. */
  readonly bytesBehind?: number;
  /** Bytes that may be audio in a file without a track, if the format has examined all bytes; absent: the file is searched for them. */
  readonly bytesWithoutSound?: number;
  /** Ranges [start, end) of the tags, index, pictures or video of a file without a track: they are not searched for audio. */
  readonly otherBytes?: readonly (readonly [start: number, end: number])[];
}
