/**
 * Size of a block. Audio of the DSS family is in blocks of 512 bytes: a header of 6 bytes, then a part of one stream of 16-bit little-endian words, read from
 * the most significant bit. Frames continue from block to block, and each block states where its first frame begins; after a pause or an edit, this is not
 * where the last frame ended. Sources: dss-codec, CODEC_SPECIFICATION.md, "Audio Block Structure" and "Bitstream Reader"; DS2-Anywhere, SPEC-grundig-dss-sp.md,
 * section 3, and docs/07 and docs/13, which describe the vendor's DssParser.dll.
 */
export const dssBlockBytes = 512;
/** Size of a block's header. */
export const dssHeaderBytes = 6;
const payloadBytes = dssBlockBytes - dssHeaderBytes;
/** Number of bytes that are kept, which is more than any frame has. */
const carryBytes = 64;

/** Statements of a block's header. */
export interface DssBlock {
  /** Number of bytes in the payload, with the bytes of each word swapped, before the first frame that begins in it. */
  readonly start: number;
  /** Number of frames that begin in the block. A recorder may state more than fit, and 0 in a pause. */
  readonly frames: number;
  /** Kind of the frames. */
  readonly mode: number;
}

/** Returns true if the bits and bytes that all block headers share are present: 3 and 5, and the unused bits of byte 0. */
export function hasDssMarks(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 3] === 0xff && bytes[at + 5] === 0xff && ((bytes[at] ?? 0) & 0x70) === 0;
}

/** Reads a block header; returns null if there is none at `at`. */
export function readDssBlock(bytes: Uint8Array, at: number): DssBlock | null {
  if (!hasDssMarks(bytes, at)) return null;
  const [bits = 0, words = 0, frames = 0, , mode = 0] = bytes.subarray(at, at + dssHeaderBytes);
  // High half of byte 0: bits of the word before the frame. All frames have whole bytes, so this is 0 or 8. Byte 1: words from the block's beginning.
  const start = 2 * words - dssHeaderBytes + (bits >> 7);
  return start < 0 || start > payloadBytes ? null : { start, frames, mode };
}

/** Counts so far. */
export interface DssCounts {
  readonly frames: number;
  /** Number of frames without an end, cut off by a pause, an edit, a damaged block or the end of the file. */
  readonly cutFrames: number;
  /** Number of blocks in which no frame begins. */
  readonly pauses: number;
  /** Number of blocks of other modes, which were skipped. */
  readonly strangers: number;
  /** Number of blocks with an impossible header, which were skipped. */
  readonly damaged: number;
}

/** Extracts frames from blocks. */
export interface FrameCutter {
  /** Takes the next block, which begins at `at`; an incomplete last one has `size` bytes. */
  block(bytes: Uint8Array, at: number, size: number): void;
  /** Ends after the last block. Returns true if a frame lacks its end there. */
  finish(): boolean;
  readonly counts: DssCounts;
}

/** Receives the frames that a cutter finds. */
export interface FrameSink {
  /** Returns the size, at most 64 bytes, of the frame of this mode that begins with this byte; null for any other mode. */
  frameBytes(mode: number, first: number): number | null;
  /** Receives a complete frame, with the bytes of each word swapped. Valid until it returns. */
  frame(bytes: Uint8Array, at: number, mode: number): void;
  /** Called if the next frame does not continue the last one. */
  broken?(): void;
}

/** Creates a cutter that passes each complete frame to the sink. */
export function createFrameCutter(sink: FrameSink): FrameCutter {
  const counts = { frames: 0, cutFrames: 0, pauses: 0, strangers: 0, damaged: 0 };
  /** The kept bytes, then the payload, so that a frame that spans two blocks is contiguous. */
  const room = new Uint8Array(carryBytes + payloadBytes);
  let carried = 0;
  let carriedSize = 0;
  let carriedMode = 0;
  const drop = (): void => {
    if (carried > 0) counts.cutFrames++;
    carried = 0;
    sink.broken?.();
  };
  const emit = (at: number, mode: number): void => {
    counts.frames++;
    sink.frame(room, at, mode);
  };
  return {
    counts,
    block(bytes, at, size) {
      const block = size < dssHeaderBytes ? null : readDssBlock(bytes, at);
      if (block === null) {
        if (size >= dssHeaderBytes) counts.damaged++;
        drop();
        return;
      }
      const { start, frames, mode } = block;
      if (sink.frameBytes(mode, 0) === null) {
        counts.strangers++;
        drop();
        return;
      }
      const end = carryBytes + ((size - dssHeaderBytes) & ~1);
      for (let from = at + dssHeaderBytes, to = carryBytes; to < end; from += 2, to += 2) {
        room[to] = bytes[from + 1] ?? 0;
        room[to + 1] = bytes[from] ?? 0;
      }
      // A kept frame must end where this block's own frames begin; otherwise it is not continued.
      const goesOn = carried === 0 ? start === 0 : mode === carriedMode && carriedSize - carried === start;
      if (!goesOn) drop();
      else if (carried > 0) {
        if (carryBytes + start > end) return; // in an incomplete last block, the frame still lacks its end
        emit(carryBytes - carried, mode);
        carried = 0;
      }
      if (frames === 0) {
        counts.pauses++;
        sink.broken?.();
      }
      let place = carryBytes + start;
      for (let frame = 0; frame < frames && place < end; frame++) {
        const bytesNeeded = sink.frameBytes(mode, room[place] ?? 0) ?? 0;
        if (place + bytesNeeded > end) {
          carried = end - place;
          carriedSize = bytesNeeded;
          carriedMode = mode;
          room.copyWithin(carryBytes - carried, place, end);
          break;
        }
        emit(place, mode);
        place += bytesNeeded;
      }
    },
    finish() {
      const isCut = carried > 0;
      if (isCut) counts.cutFrames++;
      carried = 0;
      return isCut;
    },
  };
}

/** Divides bytes into blocks; the bytes arrive in pieces of any size. @param take receives each block, and how many of its bytes are present */
export function createBlockCutter(take: (block: Uint8Array, size: number) => void) {
  const block = new Uint8Array(dssBlockBytes);
  let filled = 0;
  return {
    push(piece: Uint8Array): void {
      for (let at = 0; at < piece.length; ) {
        const taken = Math.min(dssBlockBytes - filled, piece.length - at);
        block.set(piece.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled < dssBlockBytes) break;
        take(block, dssBlockBytes);
        filled = 0;
      }
    },
    /** Passes on an incomplete last block; returns its size, 0 if there is none. */
    finish(): number {
      const size = filled;
      if (size > 0) take(block, size);
      filled = 0;
      return size;
    },
  };
}
