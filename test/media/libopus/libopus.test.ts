import { Worker } from 'node:worker_threads';
import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import { LongplayError } from '../../../src/core/base/error.ts';
import { findOpusLibrary, opusRatesHz } from '../../../src/media/libopus/libopus.ts';
import { opusPacketMaxBytes } from '../../../src/ogg/opus-packet.ts';
import { builtModule } from '../../built.ts';
import { asFloat, correlation, glide } from '../copies.ts';

const library = findOpusLibrary();
if (library === null) throw new Error('libopus is not installed: run bin/setup');

const cases = opusRatesHz.flatMap((rate) => [1, 2].map((channels) => ({ rate, channels })));

describe('finding libopus', () => {
  test('its version is the name that copies carry', () => {
    expect(library.version).toMatch(/^libopus \d+\.\d+/);
  });

  test('"none" means no library', () => {
    expect(findOpusLibrary('none')).toBeNull();
  });

  test.each(['libopus.so.0', '/nowhere/libopus.so.0', process.execPath, '/etc/hostname'])('%s named as the library is a usage error', (path) => {
    expect(() => findOpusLibrary(path)).toThrow(expect.objectContaining({ code: 'M150', kind: 'usage' }));
    expect(() => findOpusLibrary(path)).toThrow(LongplayError);
  });
});

describe.each(cases)('$channels channels at $rate Hz', ({ rate, channels }) => {
  const options = { sampleRateHz: rate, channels, bitrate: 32_000 * channels, complexity: 5 };
  const frame = rate / 50;

  test('the lookahead is 6.5 ms', () => {
    expect(library.encoder(options).lookahead).toBe((rate * 65) / 10_000);
  });

  test.each(['16-bit', 'float'])('many %s frames are decoded correctly, one packet each', (kind) => {
    const source = glide(rate, channels, 50 * frame);
    const samples = kind === 'float' ? asFloat(source) : source;
    const encoder = library.encoder(options);
    const decoder = library.decoder(rate, channels);
    const packet = new Uint8Array(opusPacketMaxBytes);
    const decoded = samples.slice().fill(0);
    for (let at = 0; at < samples.length; at += frame * channels) {
      const bytes = encoder.encode(samples.subarray(at, at + frame * channels), packet);
      expect(bytes).toBeGreaterThan(2);
      expect(decoder.decode(packet.subarray(0, bytes), decoded.subarray(at, at + frame * channels))).toBe(frame);
    }
    const late = encoder.lookahead * channels;
    expect(correlation(samples.subarray(0, samples.length - late), decoded.subarray(late))).toBeGreaterThan(0.98);
  });

  test('one frame alone makes a decodable packet', () => {
    const packet = new Uint8Array(opusPacketMaxBytes);
    const bytes = library.encoder(options).encode(glide(rate, channels, frame), packet);
    expect(library.decoder(rate, channels).decode(packet.subarray(0, bytes), new Int16Array(frame * channels))).toBe(frame);
  });

  test('no samples, half a frame and a packet without space are refused, without reading beyond the buffer', () => {
    const encoder = library.encoder(options);
    const packet = new Uint8Array(opusPacketMaxBytes);
    expect(() => encoder.encode(new Int16Array(0), packet)).toThrow(RangeError);
    expect(() => encoder.encode(new Float32Array(0), packet)).toThrow(RangeError);
    expect(() => encoder.encode(new Int16Array((frame / 2 + 1) * channels), packet)).toThrow(RangeError);
    expect(() => encoder.encode(new Int16Array(frame * channels), new Uint8Array(0))).toThrow(RangeError);
  });

  test('a packet that is longer than the buffer is refused', () => {
    const packet = new Uint8Array(opusPacketMaxBytes);
    const bytes = library.encoder(options).encode(glide(rate, channels, frame), packet);
    const decoder = library.decoder(rate, channels);
    expect(() => decoder.decode(packet.subarray(0, bytes), new Int16Array(frame * channels - channels))).toThrow(RangeError);
    expect(() => decoder.decode(packet.subarray(0, bytes), new Int16Array(0))).toThrow(RangeError);
  });

  test('no bytes and bytes that are no packet are null', () => {
    const decoder = library.decoder(rate, channels);
    const room = new Int16Array(0.12 * rate * channels);
    expect(decoder.decode(new Uint8Array(0), room)).toBeNull();
    expect(decoder.decode(Uint8Array.of(0x03), room)).toBeNull();
    expect(decoder.decode(Uint8Array.of(0x01, 1, 2, 3), room)).toBeNull();
  });
});

describe('memory that is reused for the next stream', () => {
  const options = { sampleRateHz: 8_000, channels: 1, bitrate: 32_000, complexity: 4 };
  /** A second of packets, and their decoded samples; closed at the end if requested. */
  const stream = (from: number, close: boolean): string => {
    const encoder = library.encoder(options);
    const decoder = library.decoder(8_000, 1);
    const packet = new Uint8Array(opusPacketMaxBytes);
    const samples = new Int16Array(160);
    let text = '';
    for (let frame = 0; frame < 50; frame++) {
      const bytes = encoder.encode(
        glide(8_000, 1, 160).map((value) => value >> from),
        packet,
      );
      expect(decoder.decode(packet.subarray(0, bytes), samples)).toBe(160);
      text += Buffer.from(packet.subarray(0, bytes)).toString('hex') + Buffer.from(samples.buffer).toString('hex');
    }
    if (close) for (const ended of [encoder, decoder]) ended.close();
    return text;
  };

  test('does not change the result', () => {
    const alone = stream(1, false);
    stream(0, true);
    expect(stream(1, true)).toBe(alone);
    expect(stream(1, false)).toBe(alone);
  });

  test("has libopus's own initial state: its own encoder, made by opus_encoder_create, gives the same packets", () => {
    const native = koffi.load('libopus.so.0');
    const create = native.func('void *opus_encoder_create(int32_t Fs, int channels, int application, _Out_ int *error)');
    const ctl = native.func('int opus_encoder_ctl(void *st, int request, ...)');
    const encode = native.func('int32_t opus_encode(void *st, const void *pcm, int frame_size, void *data, int32_t max_data_bytes)');
    const destroy = native.func('void opus_encoder_destroy(void *st)');
    // More kinds of streams than are cached, each twice.
    for (const bitrate of Array.from({ length: 40 }, (_, at) => 20_000 + 1_000 * (at % 20))) {
      const theirs: unknown = create(8_000, 1, 2049, [0]);
      const settings = [
        [4002, bitrate],
        [4010, 4],
        [4006, 1],
        [4020, 0],
      ];
      for (const [request, value] of settings) expect(ctl(theirs, request, 'int32_t', value)).toBe(0);
      const ours = library.encoder({ ...options, bitrate });
      const packets = [new Uint8Array(opusPacketMaxBytes), new Uint8Array(opusPacketMaxBytes)] as const;
      for (let frame = 0; frame < 10; frame++) {
        const samples = glide(8_000, 1, 1_600).subarray(frame * 160, frame * 160 + 160);
        const bytes = ours.encode(samples, packets[0]);
        expect(encode(theirs, samples, 160, packets[1], opusPacketMaxBytes)).toBe(bytes);
        expect(Buffer.from(packets[0]).equals(packets[1])).toBe(true);
      }
      destroy(theirs);
      ours.close();
    }
  });

  test('belongs to one stream at a time', () => {
    stream(0, true);
    const packets = [new Uint8Array(opusPacketMaxBytes), new Uint8Array(opusPacketMaxBytes)];
    const encoders = packets.map(() => library.encoder(options));
    const hex = [0, 1].map((index) => {
      const [bytes, packet] = [encoders[index]?.encode(glide(8_000, 1, 160), packets[index] as Uint8Array), packets[index]];
      return Buffer.from(packet?.subarray(0, bytes) ?? []).toString('hex');
    });
    expect(hex[1]).toBe(hex[0]);
  });

  test('is not changed by a finished stream', () => {
    const [encoder, decoder] = [library.encoder(options), library.decoder(8_000, 1)];
    for (const ended of [encoder, decoder, encoder, decoder]) ended.close();
    expect(() => encoder.encode(new Int16Array(160), new Uint8Array(opusPacketMaxBytes))).toThrow('closed');
    expect(() => decoder.decode(Uint8Array.of(0xe0, 1), new Int16Array(960))).toThrow('closed');
  });
});

describe('options out of range', () => {
  const good = { sampleRateHz: 8_000, channels: 1, bitrate: 24_000, complexity: 10 };
  test.each([
    { ...good, sampleRateHz: 11_025 },
    { ...good, channels: 0 },
    { ...good, channels: 3 },
    { ...good, channels: -1 },
    { ...good, complexity: 11 },
    { ...good, bitrate: 0 },
  ])('%o creates no encoder', (options) => {
    expect(() => library.encoder(options)).toThrow(RangeError);
  });
  test.each([
    [44_100, 1],
    [8_000, 0],
    [8_000, 3],
  ])('%i Hz and %i channels create no decoder', (rate, channels) => {
    expect(() => library.decoder(rate, channels)).toThrow(RangeError);
  });
});

describe('worker threads', () => {
  /** Encodes the same two seconds as the compiled library does in a worker; answers with all packets in hexadecimal. */
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ findOpusLibrary }) => {
      const encoder = findOpusLibrary().encoder({ sampleRateHz: 8000, channels: 1, bitrate: 24000, complexity: 10 });
      const packet = new Uint8Array(1276);
      let text = '';
      for (let at = 0; at < workerData.samples.length; at += 160) {
        text += Buffer.from(packet.subarray(0, encoder.encode(workerData.samples.subarray(at, at + 160), packet))).toString('hex') + ' ';
      }
      parentPort.postMessage(text);
    });`;

  test('four of them at once make the packets of a single one', async () => {
    const module = builtModule('src/media/libopus/libopus.ts');
    const samples = glide(8_000, 1, 16_000);
    const inWorker = (): Promise<unknown> =>
      new Promise((done, fail) => {
        const worker = new Worker(code, { eval: true, workerData: { module, samples } });
        worker.once('message', done);
        worker.once('error', fail);
      });
    const answers = await Promise.all([inWorker(), inWorker(), inWorker(), inWorker()]);
    expect(new Set(answers).size).toBe(1);
    const encoder = library.encoder({ sampleRateHz: 8_000, channels: 1, bitrate: 24_000, complexity: 10 });
    const packet = new Uint8Array(opusPacketMaxBytes);
    const first = encoder.encode(samples.subarray(0, 160), packet);
    expect(String(answers[0]).startsWith(Buffer.from(packet.subarray(0, first)).toString('hex'))).toBe(true);
  });
});
