import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codecs } from '../../formats/codecs/index.ts';
import { knownCodec } from '../../formats/list/known-codec.ts';
import { answer, codesOf } from './answers.ts';
import { hasShared, shared } from './codecs/judges.ts';

/** Each WAVE file beside the project: codec, rate, channels, samples per channel (null: only known after decoding) and the complete findings. */
const right: readonly (readonly [
  name: string,
  codec: string,
  rate: number,
  channels: number,
  samples: number | null,
  findings: readonly string[],
])[] = [
  ['Borewit_music-metadata/alaw.wav', 'alaw', 44100, 2, 4410, []],
  ['Borewit_music-metadata/dvi_adpcm.wav', 'ima-adpcm', 44100, 2, 4410, []],
  ['Borewit_music-metadata/ffmpeg-missing-chunksize.wav', 'pcm-s16le', 44100, 2, 27648, ['F101']],
  ['Borewit_music-metadata/issue_75.wav', 'pcm-s16le', 44100, 2, 22050, []],
  ['Borewit_music-metadata/mpeglayer3.wav', 'mp3', 44100, 2, null, []],
  ['Borewit_music-metadata/odd-list-type.wav', 'pcm-s24le', 44100, 2, 3, ['F103']],
  ['asterisk_testsuite/talking.wav', 'pcm-s16le', 8000, 1, 82080, []],
  ['debian_asterisk-core-sounds-en-wav/activated.wav', 'pcm-s16le', 8000, 1, 8512, []],
  ['debian_asterisk-core-sounds-en-wav/added.wav', 'pcm-s16le', 8000, 1, 5785, []],
  ['debian_asterisk-core-sounds-en-wav/agent-alreadyon.wav', 'pcm-s16le', 8000, 1, 44131, []],
  ['debian_asterisk-core-sounds-en-wav/agent-incorrect.wav', 'pcm-s16le', 8000, 1, 41239, []],
  ['debian_asterisk-prompt-it-menardi-wav/agent-alreadyon.wav', 'pcm-s16le', 8000, 1, 49139, []],
  ['debian_asterisk-prompt-it-menardi-wav/agent-incorrect.wav', 'pcm-s16le', 8000, 1, 53598, []],
  ['debian_asterisk-prompt-it-menardi-wav/agent-loggedoff.wav', 'pcm-s16le', 8000, 1, 12948, []],
  ['debian_asterisk-prompt-it-menardi-wav/agent-loginok.wav', 'pcm-s16le', 8000, 1, 12820, []],
  ['gaspardpetit_dss-codec/encrypted_aes128_reference.wav', 'pcm-s16le', 16000, 1, 635136, []],
  ['gaspardpetit_dss-codec/grundig_sample_16k.wav', 'pcm-s16le', 16000, 1, 57984, []],
  ['go-audio_wav/bwf.wav', 'pcm-s24le', 44100, 1, 7287, []],
  ['go-audio_wav/listChunkInHeader.wav', 'pcm-s24le', 44100, 2, 15318, []],
  ['go-audio_wav/listinfo.wav', 'pcm-s16le', 44100, 1, 88200, []],
  ['ruuda_hound/nonstandard-01.wav', 'pcm-s24le', 48000, 2, 1, ['F106']],
  ['ruuda_hound/pcmwaveformat-16bit-44100Hz-mono-extra.wav', 'pcm-s16le', 44100, 1, 4, []],
  ['ruuda_hound/waveformatex-16bit-44100Hz-mono-extra.wav', 'pcm-s16le', 44100, 1, 4, []],
  ['ruuda_hound/waveformatextensible-24bit-4byte-48kHz-stereo.wav', 'pcm-s24le-low32', 48000, 2, 2, ['F120']],
  ['sindresorhus_file-type/fixture.wav', 'pcm-s16le', 22050, 2, 27012, []],
  ['synthetic/derived-codecs/a.g723.wav', 'g723.1', 8000, 1, 55680, []],
  ['synthetic/derived-codecs/g721.wav', 'g726-32-lsb', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/gsm.wav', 'gsm-ms', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/ima.wav', 'ima-adpcm', 8000, 1, 56055, []],
  ['synthetic/derived-codecs/ms.wav', 'ms-adpcm', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/nms16.wav', 'nms-adpcm-16', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/nms32.wav', 'nms-adpcm-32', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/reference_pcm16.wav', 'pcm-s16le', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/vox10.wav', 'oki-adpcm', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/vox17.wav', 'oki-adpcm', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/w16.wav', 'g726-16-msb', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/w24.wav', 'g726-24-msb', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/w32.wav', 'g726-32-msb', 8000, 1, 55576, []],
  ['synthetic/derived-codecs/w40.wav', 'g726-40-msb', 8000, 1, 55576, ['F393']],
  ['synthetic/derived-codecs/w83_1.wav', 'g729', 8000, 1, 71520, ['F113']],
  ['synthetic/derived-codecs/w83_10.wav', 'g729', 8000, 1, 71520, []],
  ['synthetic/derived-codecs/w83_vad.wav', 'g729', 8000, 1, 52080, ['F250']],
  ['synthetic/malformed-wav/bext_cue.wav', 'pcm-s16le', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/data0_riff0.wav', 'pcm-s16le', 8000, 1, 8000, ['F101']],
  ['synthetic/malformed-wav/data7FFF.wav', 'pcm-s16le', 8000, 1, 8000, ['F101']],
  ['synthetic/malformed-wav/dataFFFF.wav', 'pcm-s16le', 8000, 1, 8000, ['F101']],
  ['synthetic/malformed-wav/data_truncated.wav', 'pcm-s16le', 8000, 1, 2978, ['F103']],
  ['synthetic/malformed-wav/datasize_short.wav', 'pcm-s16le', 8000, 1, 8000, ['F102']],
  ['synthetic/malformed-wav/extensible_mulaw.wav', 'mulaw', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/extensible_pcm.wav', 'pcm-s16le', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/fmt14.wav', 'mulaw', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/fmt_after_data.wav', 'pcm-s16le', 8000, 1, 8000, ['F117']],
  ['synthetic/malformed-wav/mulaw_avg0_align0.wav', 'mulaw', 8000, 1, 8000, ['F113']],
  ['synthetic/malformed-wav/mulaw_bits16.wav', 'mulaw', 8000, 1, 8000, ['F113']],
  ['synthetic/malformed-wav/mulaw_nofact.wav', 'mulaw', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/mulaw_wrongfact.wav', 'mulaw', 8000, 1, 8000, ['F114']],
  ['synthetic/malformed-wav/odd_list_pad.wav', 'pcm-s16le', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/odd_unknown_nopad.wav', 'pcm-s16le', 8000, 1, 8000, ['F107']],
  ['synthetic/malformed-wav/ok.wav', 'pcm-s16le', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/rf64.wav', 'pcm-s16le', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/rf64_no_ds64.wav', 'pcm-s16le', 8000, 1, 8000, ['F112', 'F101']],
  ['synthetic/malformed-wav/riffsize_short.wav', 'pcm-s16le', 8000, 1, 8000, ['F106']],
  ['synthetic/malformed-wav/rifx.wav', 'pcm-s16be', 8000, 1, 8000, []],
  ['synthetic/malformed-wav/trailing_chunk.wav', 'pcm-s16le', 8000, 1, 8000, []],
  ['synthetic/tag-collisions/tag_0x0041.wav', 'g728', 8000, 1, 32000, ['F200', 'F114']],
  ['synthetic/tag-collisions/tag_0x0044.wav', 'unknown', 8000, 1, null, ['F122']],
  ['synthetic/tag-collisions/tag_0x0045.wav', 'g726-32-msb', 8000, 1, 16000, ['F201']],
  ['synthetic/tag-collisions/tag_0x0070.wav', 'unknown', 8000, 1, null, []],
  ['synthetic/tag-collisions/tag_0x0078.wav', 'unknown', 8000, 1, null, []],
  ['synthetic/tag-collisions/tag_0x0133.wav', 'unknown', 8000, 1, null, ['F113', 'F122']],
  ['synthetic/tag-collisions/tag_0x0140.wav', 'g726-32-msb', 8000, 1, 16000, ['F201', 'F200']],
  ['synthetic/tag-collisions/tag_0x0142.wav', 'unknown', 8000, 1, null, []],
  ['synthetic/tag-collisions/tag_0x1100.wav', 'unknown', 8000, 1, null, []],
  ['synthetic/tag-collisions/tag_0x1101.wav', 'unknown', 8000, 1, null, []],
  ['synthetic/tag-collisions/tag_0xa118.wav', 'unknown', 8000, 1, null, []],
  ['synthetic/tag-collisions/tag_0xa119.wav', 'unknown', 8000, 1, null, []],
];

describe.skipIf(!hasShared)('every WAVE file beside the project', () => {
  test('is listed in this table', () => {
    const files = readdirSync(shared, { recursive: true, encoding: 'utf8' }).filter((name) => /\.wav$/i.test(name));
    expect(files.sort()).toEqual(right.map(([name]) => name).sort());
  });

  test.each(right)('%s', async (name, codec, sampleRateHz, channels, samples, findings) => {
    const found = await answer(readFileSync(join(shared, name)), name);
    const track = found.tracks[0];
    if (track === undefined) throw new Error('no track');
    const frames = track.frames ?? codecs.find(({ id }) => id === track.codec)?.frames?.(track) ?? null;
    const seen = { codec: track.codec, sampleRateHz: track.sampleRateHz, channels: track.channels, samples: frames, findings: codesOf(found) };
    // An unlisted codec is reported by name, and without its bits.
    const known = codec === 'unknown' || knownCodec(codec) === codec;
    if (known) expect(seen).toEqual({ codec, sampleRateHz, channels, samples, findings });
    else {
      expect(seen).toEqual({ codec: 'unknown', sampleRateHz, channels, samples: null, findings: [] });
      expect(track.codecName).toContain(codec.replace(/-[ml]sb$/, ''));
    }
  });
});
