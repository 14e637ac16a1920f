import type { Format, FreeReading } from '../../src/core/model/format.ts';

// Files that FFmpeg 7.1 and sox 14.4 open directly, by container and coding, as shown by our own samples (test/formats/list/free-programs.test.ts). The samples
// also include unusual and damaged files; such files may be played in part, at another speed, as noise, or not at all.

type Reading = readonly [format: string, args: string, codecs: readonly string[]];

/** Linear PCM in WAVE, AU and others. */
const pcmLe = ['pcm-s16le', 'pcm-s24le', 'pcm-s32le', 'pcm-f32le', 'pcm-f64le', 'pcm-u8'];
const pcmBe = ['pcm-s16be', 'pcm-s24be', 'pcm-s32be', 'pcm-f32be', 'pcm-f64be', 'pcm-s8'];

const ffmpeg: readonly Reading[] = [
  ['adts', '-f aac', ['aac-adts']],
  ['aiff', '-f aiff', ['ima-adpcm-qt', 'mulaw', 'pcm-s16be', 'pcm-s16le']],
  ['amr', '-f amr', ['amr-nb', 'amr-wb']],
  ['asf', '-f asf', ['wma-asf']],
  ['au', '-f au', ['g726-32-lsb', 'mulaw', ...pcmBe]],
  ['caf', '-f caf', ['aac-caf', 'alac-caf', 'opus-caf', 'pcm-s16be']],
  ['dss', '-f dss', ['dss-lp']],
  ['flac', '-f flac', ['flac']],
  ['iff-sound', '-f iff', ['alaw', 'exponential-delta', 'fibonacci-delta', 'mulaw', 'pcm-s16be', 'pcm-s8', 'pcm-u8']],
  ['ilbc', '-f ilbc', ['ilbc-20', 'ilbc-30']],
  ['iso-media', '-f mov', ['aac-mp4', 'ac3-mp4', 'alac-mp4', 'flac-mp4', 'ima4-mp4', 'mp3-mp4', 'mulaw', 'opus-mp4', 'pcm-s16le']],
  ['mpeg-audio', '-f mp3', ['mp2', 'mp3']],
  ['nist-sphere', '-f nistsphere', ['pcm-s16be', 'pcm-s16le']],
  ['ogg-opus', '-f ogg', ['opus']],
  ['ogg-sound', '-f ogg', ['flac-ogg', 'speex-ogg', 'vorbis']],
  ['qcp', '-f qcp', ['evrc', 'qcelp']],
  ['raw-alaw', '-f alaw -ar RATE -ac CHANNELS', ['alaw']],
  ['raw-g722', '-f g722', ['g722']],
  ['raw-g723', '-f g723_1', ['g723.1']],
  ['raw-g729', '-f g729', ['g729']],
  ['raw-gsm', '-f gsm -ar RATE', ['gsm']],
  ['raw-linear', '-f s16le -ar RATE -ac CHANNELS', ['pcm-s16le']],
  ['raw-mulaw', '-f mulaw -ar RATE -ac CHANNELS', ['mulaw']],
  [
    'riff-wave',
    '-f wav',
    [
      ...['alaw', 'amr-wb', 'g722', 'g723.1', 'gsm-ms', 'ima-adpcm', 'mp3', 'ms-adpcm', 'mulaw', 'truespeech', 'wmav1', 'wmav2', 'yamaha-adpcm'],
      ...pcmLe,
    ],
  ],
  // FFmpeg detects the demuxer of a file itself.
  ['through-ffmpeg', '', ['through-ffmpeg', 'pcm-s16be', 'pcm-s32le', 'mulaw']],
  ['voc', '-f voc', ['mulaw', 'pcm-u8']],
  ['wave64', '-f w64', ['pcm-s16le']],
];

const sox: readonly Reading[] = [
  ['aiff', '-t aiff', ['pcm-s16be', 'pcm-s16le']],
  ['au', '-t au', ['g726-32-lsb', 'mulaw', 'pcm-s16le', ...pcmBe]],
  ['flac', '-t flac', ['flac']],
  ['htk', '-t htk', ['pcm-s16be']],
  // sox detects which of the two types a file is.
  ['iff-sound', '', ['alaw', 'mulaw', 'pcm-s16be', 'pcm-s8', 'pcm-u8']],
  ['nist-sphere', '-t sph', ['pcm-s16be', 'pcm-s16le']],
  ['ogg-sound', '-t vorbis', ['vorbis']],
  ['raw-alaw', '-t al -r RATE -c CHANNELS', ['alaw']],
  ['raw-gsm', '-t gsm -r RATE', ['gsm']],
  ['raw-linear', '-t raw -e signed -b 16 -L -r RATE -c CHANNELS', ['pcm-s16le']],
  ['raw-mulaw', '-t ul -r RATE -c CHANNELS', ['mulaw']],
  ['raw-oki', '-t vox -r RATE', ['oki-adpcm']],
  ['riff-wave', '-t wav', ['alaw', 'gsm-ms', 'ima-adpcm', 'ms-adpcm', 'mulaw', 'pcm-s16be', ...pcmLe]],
  ['voc', '-t voc', ['mulaw', 'pcm-u8']],
  ['wave64', '-t w64', ['pcm-s16le']],
];

const programs: readonly (readonly [FreeReading['program'], readonly Reading[]])[] = [
  ['ffmpeg', ffmpeg],
  ['sox', sox],
];

/** Returns the format, with the free programs that can play its files. */
export function withFreePrograms(format: Format): Format {
  const readings = programs.flatMap(([program, all]) =>
    all.flatMap(([id, args, codecs]): FreeReading[] => (id === format.id ? [{ program, args, codecs }] : [])),
  );
  return readings.length === 0 ? format : { ...format, readings };
}
