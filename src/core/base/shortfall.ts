/** What a container states or shows of sound beside what the spans of its tracks hold. Each is given where it is known; none is added to another. */
export interface Shortfall {
  /** Samples per channel of the first track that the container states: near enough to notice what is lost, not to cut by. */
  readonly statedFrames?: number;
  /** The same where pauses in it may have no packets: heeded where FFmpeg complained, too. */
  readonly statedSpanFrames?: number;
  /** Samples per channel of frames that are damaged or lost: silence of their length stands for them. */
  readonly filledFrames?: number;
  /** Bytes of sound that are stated and lie behind the end of the file. */
  readonly missingBytes?: number;
  /** Bytes in the midst of the sound, or behind it where nothing but sound should be, that are no frame, page or packet and no known tag. */
  readonly strayBytes?: number;
  /** Bytes of frames or blocks that are known to be damaged and are decoded all the same: what was decoded of them is no sound to rely on. */
  readonly brokenBytes?: number;
  /** Bytes that the container has beside each packet at most: what is more in the file is none. Heeded where FFmpeg complained; absent: not known. */
  readonly besidePacketBytes?: number;
  /** Whether the file is cut, and what is stated is that of its last part or page alone, behind which more may have come. Absent: no. */
  readonly mayGoOn?: boolean;
  /** Bytes behind the end of the container that are none of its own. */
  readonly bytesBehind?: number;
  /** Bytes of a file without a track that might be sound, of formats that have walked them all; absent: they are looked for. */
  readonly bytesWithoutSound?: number;
  /** Stretches [start, end) of a file without a track that are its own tags, index, pictures or video: no sound is looked for there. */
  readonly otherBytes?: readonly (readonly [start: number, end: number])[];
}
