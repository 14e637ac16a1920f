import { execFileSync } from 'node:child_process';
import { join as path } from 'node:path';
import { expect, test } from 'vitest';
import { processMedium } from '../../../src/media/process-medium.ts';
import { never, realTools, taskOf, temporary } from '../../media/medium-rig.ts';
import { alice, bob, ether, type Frame, ipv4, pcapFile, rtp, udp } from '../capture-builder.ts';
import { formatSamples } from '../make-samples.ts';
import { pack, voice } from '../wave/builder.ts';

const tools = await realTools();

const sample = (name: string): Uint8Array => {
  const found = formatSamples().find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found.bytes;
};

test('a call becomes a stereo copy that passes its comparison, and the medium states the party on each channel', async () => {
  using folder = temporary();
  const result = await processMedium(taskOf(sample('pcap-call.pcap'), 'call.pcap', folder.path), tools, never);
  expect(result).toMatchObject({
    format: 'pcap',
    confidence: 'signature',
    state: 'ok',
    decoder: 'longplay 0.1.0 mulaw',
    codec: { id: 'mulaw', name: 'G.711 mu-law in RTP', sampleRateHz: 8_000, channels: 2 },
    access: { format: 'opus', channels: 2, samples: 12 * 160 + 240 },
    findings: [],
  });
  expect(result.basis).toContain(
    'channel 0 is the caller (sender of the first INVITE): 12 packets of G.711 mu-law in 1 stream; channel 1 is the callee: 12 packets',
  );
  expect(result.measurement?.samples).toBe(12 * 160 + 240);
  const info = execFileSync('opusinfo', [path(folder.path, result.access?.path ?? '')], { encoding: 'utf8' });
  expect(info).toContain('Channels: 2');
});

test('encrypted sound is kept without a copy, with the reason', async () => {
  using folder = temporary();
  const result = await processMedium(taskOf(sample('pcap-srtp.pcap'), 'call.pcap', folder.path), tools, never);
  expect(result).toMatchObject({ state: 'undecodable', access: null, accessReason: 'no decoder', measurement: null });
  expect(result.findings.map(({ code }) => code)).toEqual(['F267', 'F267', 'M107', 'M107']);
  expect(folder.list()).toEqual(['original-1.pcap']);
});

test('Opus in a capture gets a copy: no player opens the capture', async () => {
  using folder = temporary();
  // TOC 0x08: SILK, narrow band, 20 ms; what follows is silence for every decoder (RFC 6716, 3.1).
  const frames = Array.from({ length: 50 }, (_, index) => ({
    microseconds: index * 20_000,
    bytes: ether(ipv4(udp(rtp({ sequence: index, timestamp: index * 960, type: 111, payload: Uint8Array.of(0x08, 0xff, 0xfe) })))),
  }));
  const result = await processMedium(taskOf(pcapFile(frames), 'call.pcap', folder.path), tools, never);
  expect(result.codec).toMatchObject({ id: 'opus-packets', sampleRateHz: 48_000 });
  expect(result.access).toMatchObject({ channels: 1, samples: 48_000 });
});

test('a side in G.722 beside one in G.711 is one medium at the higher rate', async () => {
  using folder = temporary();
  const speech = voice(16_000);
  const raw = pack(speech, 's16le');
  const g722 = execFileSync('ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '16000', '-ac', '1', '-i', '-', '-c:a', 'g722', '-f', 'g722', '-'], {
    input: raw,
  });
  const narrow = pack(voice(8_000, 2), 'mulaw');
  const frames: Frame[] = Array.from({ length: 50 }, (_, index) => [
    {
      microseconds: index * 20_000,
      bytes: ether(ipv4(udp(rtp({ sequence: index, timestamp: index * 160, payload: narrow.subarray(index * 160, (index + 1) * 160), ssrc: 1 })))),
    },
    {
      microseconds: index * 20_000 + 1,
      bytes: ether(
        ipv4(
          udp(
            rtp({ sequence: index, timestamp: index * 160, type: 9, payload: g722.subarray(index * 160, (index + 1) * 160), ssrc: 2 }),
            5_000,
            4_000,
          ),
          {
            from: bob,
            to: alice,
          },
        ),
      ),
    },
  ]).flat();
  const result = await processMedium(taskOf(pcapFile(frames), 'call.pcap', folder.path), tools, never);
  expect(result.codec).toMatchObject({ sampleRateHz: 16_000, channels: 2, name: 'G.711 mu-law in RTP; G.722 at 64 kbit/s in RTP' });
  expect(result.findings.map(({ code }) => code)).toEqual(['M203']);
  expect(result.access).toMatchObject({ channels: 2, samples: 16_000 });
});

test('a damaged Opus packet affects only its own place', async () => {
  using folder = temporary();
  const frames = Array.from({ length: 50 }, (_, index) => ({
    microseconds: index * 20_000,
    // Code 2 with a length beyond the packet: rule R4.
    bytes: ether(
      ipv4(
        udp(
          rtp({
            sequence: index,
            timestamp: index * 960,
            type: 111,
            payload: index === 9 ? Uint8Array.of(0x0a, 0xf0) : Uint8Array.of(0x08, 0xff, 0xfe),
          }),
        ),
      ),
    ),
  }));
  const result = await processMedium(taskOf(pcapFile(frames), 'call.pcap', folder.path), tools, never);
  expect(result.measurement?.samples).toBe(48_000);
  expect(result.findings.map(({ code, message }) => `${code} ${message}`)).toContain(
    `M200 1 of 50 packets is not Opus in RTP, the first at byte ${24 + 9 * (16 + 60) + 16 + 54}`,
  );
});
