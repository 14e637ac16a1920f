import { join, numbers, randomBytes, text, u16, u32 } from './wave/builder.ts';

/** Bytes of a frame by type, 0 if there is none (3GPP TS 26.101 and TS 26.201); repeated here because the reader's table is under test. */
export const amrSizes = {
  nb: [13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1],
  wb: [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1],
} as const;

/** Frames of AMR of these types, with bits from a seed. */
export function amrFrames(kind: 'nb' | 'wb', types: readonly number[], quality = 1): Uint8Array {
  return join(
    ...types.map((type, i) => {
      const frame = randomBytes(amrSizes[kind][type] ?? 1, 300 + i);
      frame[0] = (type << 3) | (quality << 2);
      return frame;
    }),
  );
}

/** A QCP file (RFC 3625) of packets of these rates; `sizes`: bytes after the rate byte. */
export function qcpFile(guid: string, sizes: readonly (readonly [rate: number, bytes: number])[], rates: readonly number[]): Uint8Array {
  const chunk = (id: string, body: Uint8Array): Uint8Array => join(text(id), u32(body.length), body, new Uint8Array(body.length % 2));
  const map = join(...sizes.map(([rate, size]) => Uint8Array.of(size, rate)));
  const name = new Uint8Array(80);
  name.set(text('made for a test'));
  const fmt = join(
    Uint8Array.of(1, 0),
    Uint8Array.from(Buffer.from(guid, 'hex')),
    u16(2),
    name,
    u16(13_000, 35, 160, 8000, 16),
    u32(sizes.length),
    map,
    new Uint8Array(16 - map.length + 20),
  );
  const bytes = new Map(sizes);
  const data = join(...rates.map((rate, i) => join(Uint8Array.of(rate), randomBytes(bytes.get(rate) ?? 0, 400 + i))));
  const body = join(text('QLCM'), chunk('fmt ', fmt), chunk('vrat', u32(1, rates.length)), chunk('data', data));
  return join(text('RIFF'), u32(body.length), body);
}

export const qcelpGuid = '416d7f5e15b1d011ba9100805fb4b97e';
export const evrcGuid = '8dd489e67690b54691ef736a5100ceb4';
export const smvGuid = '752b7c8d97a749ed985ed53c8cc75f84';

/**
 * A DSS file of standard play in runs of frames with pauses between them, as hirparak/dss-codec describes it: alternating frames of 42 and 40 bytes over blocks of 512; each run
 * begins with a block, and the end of a run's last frame may be in the pause block.
 */
export function dssFile(
  version: 2 | 3,
  runs: readonly number[],
  options: { pausesBehind?: number; coding?: number; zeros?: boolean } = {},
): Uint8Array {
  const header = new Uint8Array(512 * version).fill(options.zeros === false ? 0x20 : 0);
  header.set([version, ...text('dss')]);
  header.set(text('200102030405200102030506'), 0x26);
  header[0x2a4] = options.coding ?? 0;
  const blocks: Uint8Array[] = [];
  const block = (flags: number, words: number, count: number, payload: Uint8Array): void => {
    const body = new Uint8Array(506).fill(0xff);
    body.set(payload);
    blocks.push(Uint8Array.of(flags, words, count, 0xff, 0, 0xff), body);
  };
  let frame = 0;
  runs.forEach((frames, run) => {
    const starts: (readonly [at: number, kind: number])[] = [];
    const parts: Uint8Array[] = [];
    let at = 0;
    for (let i = 0; i < frames; i++, frame++) {
      // Kinds alternate within a run. If all runs are even they alternate over the whole file.
      const size = i % 2 === 0 ? 42 : 40;
      starts.push([at, i % 2]);
      parts.push(randomBytes(size, 500 + frame).map((byte) => byte & 0x7f));
      at += size;
    }
    const payload = join(...parts);
    for (let number = 0; number * 506 < at; number++) {
      const from = number * 506;
      const inside = starts.filter(([begin]) => begin >= from && begin < from + 506);
      const left = at - from; // of a block in which no frame begins: the end of the last
      const [first, kind] = inside[0] ?? [from + left + (left % 2), 0];
      block((kind << 7) | 1, (first - from + 6 - 2 * kind) / 2, inside.length, payload.subarray(from, from + 506));
    }
    const endsInside = at % 506;
    const last = starts.at(-1)?.[0] ?? 0;
    // A pause block, unless the end of the last frame took a block in which none begins.
    if (run < runs.length - 1 && Math.floor(last / 506) === Math.floor((at - 1) / 506))
      block(0, 3, 0, new Uint8Array(endsInside === 0 ? 0 : 1).fill(0xff));
  });
  for (let i = 0; i < (options.pausesBehind ?? 0); i++) block(0, 3, 0, new Uint8Array(0));
  return join(header, ...blocks);
}

/** A header of an MS_VOICE file and bytes after it (jsaudio_dvf.h). */
export function sonyFile(seconds: number, sound: number): Uint8Array {
  const header = new Uint8Array(1024);
  header.set(text('MS_VOICE'));
  header.set(text('SONY CORPORATION'), 16);
  header.set([0x07, 0xd6, 10, 29, 8, 15, 30], 52);
  header.set(numbers(4, [seconds * 900], true), 480);
  return join(header, randomBytes(sound, 600));
}

const guid = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** An ASF file (Microsoft, ASF Specification) with one audio stream of a tag and empty packets of 100 bytes. */
export function asfFile(options: { tag: number; packets: number; stated?: number; encrypted?: boolean; streams?: number }): Uint8Array {
  const object = (id: string, ...parts: readonly Uint8Array[]): Uint8Array => {
    const body = join(...parts);
    return join(guid(id), numbers(8, [body.length + 24]), body);
  };
  const { tag, packets, stated = packets, encrypted = false, streams = 1 } = options;
  const properties = object(
    'a1dcab8c47a9cf118ee400c00c205365',
    new Uint8Array(16),
    numbers(8, [0, 0, stated, 31_000_000, 0, 100]),
    u32(2, 100, 100, 16_000),
  );
  const stream = (number: number): Uint8Array =>
    object(
      '9107dcb7b7a9cf118ee600c00c205365',
      guid('409e69f84d5bcf11a8fd00805f5c442b'),
      new Uint8Array(16),
      numbers(8, [0]),
      u32(18, 0),
      u16(number),
      u32(0),
      u16(tag, 1),
      u32(16_000, 2000),
      u16(640, 16, 0),
    );
  const parts = [properties, ...Array.from({ length: streams }, (_, i) => stream(i + 1))];
  if (encrypted) parts.push(object('fbb3112223bdd211b4b700a0c955fc6e', new Uint8Array(20)));
  const header = object('3026b2758e66cf11a6d900aa0062ce6c', u32(parts.length), Uint8Array.of(1, 2), ...parts);
  const data = object('3626b2758e66cf11a6d900aa0062ce6c', new Uint8Array(16), numbers(8, [stated]), u16(0x0101), new Uint8Array(100 * packets));
  return join(header, data);
}
