/** How far a task in another thread is, in memory that both see: telling costs a store, asking a load, and no message is sent. */
export type Meter = Int32Array<SharedArrayBuffer>;

/** What a task tells. All numbers grow, until the task is begun again. */
export interface MeterSide {
  /** Bytes that were worked on. */
  addBytes(bytes: number): void;
  /** Audio that was decoded. */
  addAudio(ms: number): void;
  /** Audio that will have been decoded: of what was looked at. */
  expectAudio(ms: number): void;
}

/** What is read of a meter. */
export interface MeterReading {
  readonly bytes: number;
  readonly audioMs: number;
  readonly expectedAudioMs: number;
}

/** A cell holds 2^31 of these: 2 TB and 248 days. */
const [byteStep, msStep] = [1_024, 10] as const;
const cells = { bytes: 0, audio: 1, expected: 2 } as const;

/** A meter at 0. */
export function createMeter(): Meter {
  return new Int32Array(new SharedArrayBuffer(Object.keys(cells).length * Int32Array.BYTES_PER_ELEMENT));
}

/** The side of the thread that does the task; sets the meter to 0, as another thread may have died over the task. */
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

/** The side of whoever asks. */
export function readMeter(meter: Meter): MeterReading {
  return {
    bytes: Atomics.load(meter, cells.bytes) * byteStep,
    audioMs: Atomics.load(meter, cells.audio) * msStep,
    expectedAudioMs: Atomics.load(meter, cells.expected) * msStep,
  };
}
