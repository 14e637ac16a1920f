/** Progress of a task in another thread, in shared memory: reporting is a store, reading is a load, and no message is sent. */
export type Meter = Int32Array<SharedArrayBuffer>;

/** Writing side of a meter. Its numbers only grow, except when the task is restarted. */
export interface MeterSide {
  /** Adds processed bytes. */
  addBytes(bytes: number): void;
  /** Adds decoded audio. */
  addAudio(ms: number): void;
  /** Adds audio that remains to be decoded, once its length is known. */
  expectAudio(ms: number): void;
}

/** What a meter shows. */
export interface MeterReading {
  readonly bytes: number;
  readonly audioMs: number;
  readonly expectedAudioMs: number;
}

/** Units that a cell counts. A cell holds 2^31 of them: 2 TB and 248 days. */
const [byteStep, msStep] = [1_024, 10] as const;
const cells = { bytes: 0, audio: 1, expected: 2 } as const;

/** Creates a meter at 0. */
export function createMeter(): Meter {
  return new Int32Array(new SharedArrayBuffer(Object.keys(cells).length * Int32Array.BYTES_PER_ELEMENT));
}

/** Returns the writing side for the thread that does the task. Sets the meter to 0: another thread may have died during the same task. */
export function meterSide(meter: Meter): MeterSide {
  meter.fill(0);
  let [bytes, audio, expected] = [0, 0, 0];
  return {
    addBytes: (more) => {
      bytes += more;
      Atomics.store(meter, cells.bytes, Math.floor(bytes / byteStep));
    },
    addAudio: (ms) => {
      audio += ms;
      Atomics.store(meter, cells.audio, Math.floor(audio / msStep));
    },
    expectAudio: (ms) => {
      expected += ms;
      Atomics.store(meter, cells.expected, Math.ceil(expected / msStep));
    },
  };
}

/** Reads a meter. */
export function readMeter(meter: Meter): MeterReading {
  return {
    bytes: Atomics.load(meter, cells.bytes) * byteStep,
    audioMs: Atomics.load(meter, cells.audio) * msStep,
    expectedAudioMs: Atomics.load(meter, cells.expected) * msStep,
  };
}
