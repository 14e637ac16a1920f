import { codecs } from '../../../formats/codecs/index.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { demandsOf } from '../../../src/media/copy/compare-demands.ts';
import { qualities, wideRateHz } from '../../../src/media/tools/quality.ts';
import { constant, written } from '../code-value.ts';
import { code, decibel, fact, type Held, inWords, kib, measured, mib, percent, seconds } from '../held.ts';

const demands = 'src/media/copy/compare-demands.ts';
const judge = 'src/media/copy/compare-judge.ts';
const demandsAt = (bits: number): ReturnType<typeof demandsOf> => demandsOf({ sampleRateHz: 1_000, channels: 1, bitratePerChannel: bits * 1_000 });
const usual = demandsAt(4);
const share = (part: number): number => Number((part / usual.similarity).toFixed(3));
const leakDb = (bits: number): number => -decibel(demandsAt(bits).leak);
const dbOfPower = (name: string): string => `−${written(demands, new RegExp(`${name}: power\\(-(\\d+)\\)`))[0]}`;
const lowestDb = (bits: number): string => `−${-demandsAt(bits).lowestDb}`;
const [alignedFrom] = written(demands, /exactlyAligned: bits >= ([\d.]+)/);
const [levelFrom, levelLess] = written(demands, /bits >= ([\d.]+) \? -1\.5 : bits >= ([\d.]+)/) as readonly [number, number];
const [leakFrom, leakLess] = written(demands, /leak: bits >= (\d+) \? 1e-6 : bits >= ([\d.]+)/) as readonly [number, number];
/** `0.9 at 4 bits per sample, 0.85 at 3, …` */
const demandsInWords = [4, 3, 2.5, 2, 1.5, 1, 0.75, 0.5]
  .map((bits, index) => `${demandsAt(bits).similarity} at ${bits}${index === 0 ? ' bits per sample' : ''}`)
  .join(', ');

const usualBitrate = qualities.standard.bitratePerChannel;

export const listeningBack: readonly Held[] = [
  code`may miss the exact count by ${constant('src/media/copy/access-opus.ts', 'resampleSlack')} samples`,
  code`applies to the whole channel; ${share(usual.window)} of it to every window of one second (a window begins every quarter of a second), and ${share(usual.block)} of it to every quarter of a second`,
  code`(from ${alignedFrom} bits per sample and channel on; ${percent(constant(judge, 'lagSlack') - 1)} % are`,
  code`from ${lowestDb(4)} to +${usual.highestDb} dB of the original`,
  code`down to ${lowestDb(2)} dB below ${levelFrom} bits per sample, ${lowestDb(1)} dB below ${levelLess}`,
  code`the copy must be below ${dbOfPower('quietPower')} dBFS, or ${Math.round(-decibel(constant(judge, 'windowSpread') * constant(judge, 'quietSlack')))} dB below`,
  code`above ${dbOfPower('loudPower')} dBFS and not more than ${-decibel(constant(judge, 'windowSpread'))} dB (a quarter of a second: ${-decibel(constant(judge, 'blockSpread'))} dB) below`,
  code`while the other is ${leakDb(leakFrom)} dB louder (${leakDb(leakLess)} dB below ${leakFrom} bits per sample, ${leakDb(1)} dB below ${leakLess})`,
  code`below that of white noise: ${demandsInWords}`,
  measured('How similar: white noise', 'test/bench/listening-back.ts', '## What was measured'),
  ...fact('a correlation', 'and 0 if the two have opposite polarity'),
  ...fact('RFC 6716: the rate at which FFmpeg decodes Opus', 'from 48 kHz'),
  ...fact('RFC 6716: the high-pass filter of the encoder', 'below 3 Hz'),
  code`where ${demandsOf({ sampleRateHz: 8_000, channels: 1, bitratePerChannel: usualBitrate }).window} is required, at`,
  code`where ${demandsOf({ sampleRateHz: 16_000, channels: 1, bitratePerChannel: usualBitrate }).window} is required`,
  measured('## What was measured', 'test/bench/listening-back.ts'),
];

export const qualityPage: readonly Held[] = [
  ...Object.entries(qualities).map(
    ([name, { bitratePerChannel, wideBitratePerChannel, complexity }]) =>
      code`| \`${name}\` | ${bitratePerChannel / 1_000} | ${wideBitratePerChannel / 1_000} | ${complexity} |`,
  ),
  code`kbit/s per channel below ${wideRateHz / 1_000} kHz | from ${wideRateHz / 1_000} kHz on`,
  ...fact('frames of 20 ms: RFC 6716 section 2.1.4, src/media/copy/opus-lane-libopus.ts', '20 ms packets'),
  ...fact(
    'ETSI GSM 06.10, ITU-T G.729 and G.723.1',
    '(GSM 13 kbit/s, G.729 8, G.723.1 6.3)',
    'is two to five times as large',
    'telephone speech at 8 kHz',
  ),
  measured('The table gives the target bit rate', 'test/bench/quality.ts'),
  measured('| grade | mono below', 'test/bench/quality.ts'),
  measured('Plan for', 'test/bench/quality.ts'),
  measured('## What was measured', 'test/bench/quality.ts'),
  measured('## Conclusions', 'test/bench/quality.ts', '## What was measured'),
];

const plausible = 'src/media/plausible.ts';
const unwritten = 'src/media/damage/unwritten.ts';
const repeated = 'src/media/damage/repeated.ts';
const repeats = 'src/media/damage/repeats.ts';
const tonal = 'src/media/damage/tonal.ts';
const noise = 'src/media/damage/noise.ts';
const blocks = 'formats/wave/blocks.ts';
const loss = 'src/media/damage/loss.ts';
const woven = 'formats/judge/woven-channels.ts';
const foreign = 'src/media/damage/foreign-bytes.ts';
const textBytes = 'src/media/damage/text-bytes.ts';
const opinion = 'src/media/decode/second-opinion.ts';
const [noiseShare, lowShare, fullShare] = ['unpredictable', 'lowShare', 'clippedShare'].map(
  (of) => written(plausible, new RegExp(`${of} > ([\\d.]+)`))[0],
) as [number, number, number];
const tailRule = `${percent(constant(unwritten, 'tailShare'))} % of the sound or ${constant(unwritten, 'tailSeconds')} s`;
const [noiseDb, louderDb, loudestDb] = [
  /noise = \{ share: [\d.]+, power: 10 \*\* -([\d.]+)/,
  /share: 0\.6, power: 10 \*\* -([\d.]+)/,
  /share: 0\.4, power: 10 \*\* -([\d.]+)/,
].map((pattern) => `−${10 * written(noise, pattern)[0]}`) as [string, string, string];
const block = constant(unwritten, 'blockBytes');

const [fewestHeaders] = [written(blocks, /any: (\d+) \},[\s\S]*?any: (\d+) \},/) as readonly [number, number]];
const quietDb = Math.round(-20 * Math.log10(constant(repeated, 'quietPeak')));
const lengths = 'src/pipeline/read/audio-length.ts';
const [ofAudio] = written(lengths, /roundingMs, ms \* (0\.\d+)\)\) return null/);

export const plausibility: readonly Held[] = [
  code`louder than −${-decibel(constant(plausible, 'loudPower'))} dBFS is judged by itself`,
  code`prediction of order ${constant('src/media/measure/seconds.ts', 'order')} leaves over`,
  code`louder than ${noiseDb} dBFS | > ${noiseShare} of it`,
  code`energy below ${constant('src/media/measure/seconds.ts', 'lowHz')} Hz (two filters of first order) | > ${lowShare} |`,
  code`| > ${percent(fullShare)} % |`,
  code`${constant(unwritten, 'blockBytes')} of them at least`,
  code`at multiples of ${constant(unwritten, 'sectorBytes')} in the file, within two samples, and not both at multiples of ${1_000 * constant(unwritten, 'packetSeconds')} ms`,
  code`| ${tailRule}, and ${constant(unwritten, 'fewestTailSeconds')} s at least;`,
  code`at a multiple of ${block} in the file, within two samples, and not at one of ${1_000 * constant(unwritten, 'packetSeconds')} ms`,
  code`| ${tailRule} |`,
  code`except for ${constant(unwritten, 'ringingSeconds')} s at its beginning`,
  code`was seen to write ${kib(block)} KiB of them`,
  code`${kib(constant('formats/frames/lost-frames.ts', 'stretchBytes'))} KiB or more between two frames`,
  code`are reported if they are ${percent(constant('formats/frames/lost-frames.ts', 'share'))} % of the coded bytes or more`,
  code`contradict each other by ${percent(constant(blocks, 'tolerance'))} % (or ${written(blocks, /lost < (\d+) \* sampleRateHz/)[0]} s), or fewer than ${percent(constant(blocks, 'undisputedShare'))} % of the blocks`,
  code`at which ${percent(constant(blocks, 'share'))} % of all blocks have a header`,
  code`The same byte ${constant('formats/frames/g723-frames.ts', 'longestPause')} times in a row (${0.03 * constant('formats/frames/g723-frames.ts', 'longestPause')} s) is \`F396\`, doubtful, and ${constant('formats/frames/g723-frames.ts', 'longestMute')} times (${(0.03 * constant('formats/frames/g723-frames.ts', 'longestMute')) / 60} min)`,
  code`For each ${kib(constant(repeats, 'blockBytes'))} KiB, longplay searches the ${kib(constant(repeats, 'blockBytes'))} KiB before it for a probe of ${constant(repeats, 'probeBytes')} bytes (periods from one byte to ${kib(constant(repeats, 'blockBytes'))} KiB); and each block of ${kib(constant(repeats, 'blockBytes'))} KiB of the file is searched for among the ${constant(repeats, 'rememberedBlocks')} before it`,
  code`- from ${tailRule} on, and ${constant(repeated, 'fewestSeconds')} s at least`,
  code`a period of ${constant(repeated, 'cadenceStep') * constant(repeated, 'cadenceSteps')} s or more that is a multiple of ${1_000 * constant(repeated, 'cadenceStep')} ms, and not a whole number of sectors of ${constant(repeated, 'smallestSector')} bytes`,
  code`decoded with up to ${constant(repeated, 'runInSeconds')} s before it`,
  code`windows of ${1_000 * constant(tonal, 'windowSeconds')} ms, or of its bursts where they are shorter, ${inWords(constant(tonal, 'mostLines'))} lines of the spectrum hold ${percent(constant(tonal, 'tonalShare'))} % of the energy (two, where the period has ${constant(tonal, 'shortPeriod')} samples or fewer), and hardly any of it lies below ${constant(tonal, 'lowestHz')} Hz or above ${constant(tonal, 'highestShare')} of the rate`,
  code`leaves over more than ${constant(noise, 'noise.share')} of its energy) above ${noiseDb} dBFS`,
  code`(more than ${written(noise, /share: ([\d.]+), power: 10 \*\* -1\.4/)[0]} and ${louderDb} dBFS, or ${written(noise, /share: ([\d.]+), power: 10 \*\* -0\.7/)[0]} and ${loudestDb} dBFS)`,
  code`${constant(foreign, 'windowFrames')} frames of which a quarter`,
  code`windows of ${constant(textBytes, 'textWindowBytes')} bytes of which ${percent(constant(textBytes, 'printableShare'))} % are printable ASCII, ${percent(constant(textBytes, 'blankShare'))} % at least blanks or ends of lines, with ${constant(textBytes, 'fewestDistinct')} different values`,
  code`in G.723.1, ${constant(foreign, 'orderFrames')} frames of which ${inWords(constant(foreign, 'fewestMisplaced'))} or more`,
  code`at a sector of ${constant('src/media/damage/file-within.ts', 'sectorBytes')} bytes`,
  ...evenRows(),
  code`(bound ${placedBound('gsm')})`,
  code`(bound ${placedBound('gsm-ms')})`,
  code`windows of ${constant(woven, 'windowPairs')} pairs of`,
  code`(up to ${constant(woven, 'nearRatio')}), and both are nearer than ${constant(woven, 'nearShare')} of the steps`,
  code`differ in level by more than ${constant(woven, 'louderRatio')}, or their steps by themselves are below ${constant(woven, 'alternatingShare')} of those`,
  code`The check requires ${inWords(10 * constant(woven, 'fewestShare'))} of`,
  code`loud windows, and ${inWords(constant(woven, 'fewestLoud'))} at least, of ${constant(woven, 'allWindows')} over the file`,
  code`states ${constant('formats/wave/channels.ts', 'ffmpegBytesPerSecond')} bytes per second whatever`,
  code`Where three to ${constant(woven, 'mostChannels')} channels are stated`,
  code`(below ${constant(woven, 'nearShare')} in squares), at every place among the stated channels alike (up to ${constant(woven, 'fewerRatio')})`,
  code`for one original in ${constant(opinion, 'oneIn')}, chosen`,
  code`the first ${kib(constant(opinion, 'comparedBytes'))} KiB of coded bytes`,
  code`explains ${percent(constant(opinion, 'leastAgreement'))} % of the other and the levels are within ${constant(opinion, 'mostLevelDb')} dB`,
  code`A loss of at least ${percent(constant(loss, 'lostShare'))} % or ${constant(loss, 'lostSeconds')} s at the end, or of ${kib(constant(loss, 'lostBytes'))} KiB in the middle`,
  code`a difference below ${constant(loss, 'tolerance.seconds')} s or ${constant(loss, 'tolerance.frames')} samples does not count`,
  code`${kib(constant('src/media/damage/without-sound.ts', 'leastBytes'))} KiB and more of its bytes`,
  code`nothing above −${quietDb} dBFS, except for`,
  code`(never above −${quietDb} dBFS about its mean), noise softer than ${noiseDb} dBFS`,
  code`those after the last frame also if they are ${constant('formats/frames/lost-frames.ts', 'behindSeconds')} s or more (and at least ${kib(constant('formats/frames/lost-frames.ts', 'stretchBytes'))} KiB)`,
  code`Ogg files longer than ${mib(limits.framesCheckedBytes)} MiB the first ${mib(limits.framesCheckedBytes)} MiB`,
  code`with a period of up to ${kib(constant(repeats, 'blockBytes'))} KiB`,
  code`- and from ${kib(block)} KiB on if both ends lie at sectors of ${constant(unwritten, 'sectorBytes')} bytes of the file, as holes of zeros (for a tail: if it begins with a block of ${kib(block)} KiB)`,
  code`${written(blocks, /Array\.from\(\{ length: \d+ \}, \(_, power\) => (\d+) \*/)[0]} to ${128 * 2 ** 8} bytes by powers of two`,
  code`any other length needs ${inWords(fewestHeaders[0])} or ${inWords(fewestHeaders[1])}`,
  code`(${inWords(10 * constant(blocks, 'foreignShare'))} of`,
  code`, ${inWords(constant(blocks, 'fewestForeign'))} at least) the copy`,
  code`louder than −${Math.round(-10 * Math.log10(constant(woven, 'loudVariance') / 2 ** 30))} dBFS (\`F399\``,
  code`made no sample (M103), from ${constant(loss, 'tolerance.seconds')} s on`,
  code`by a walk over the first ${mib(limits.framesCheckedBytes)} MiB`,
  code`that no track has, with ${kib(constant(loss, 'lostBytes'))} KiB or more; or bytes after the end of the container that are ${kib(constant(loss, 'lostBytes'))} KiB and ${percent(constant(loss, 'lostShare'))} % of the file`,
  code`in sectors of ${constant('src/core/base/bytes-like-sound.ts', 'blockBytes')} bytes neither`,
  code`known name and, from ${kib(constant('formats/wave/sound.ts', 'leastHidden'))} KiB on`,
  code`and ${inWords(constant('formats/wave/sound.ts', 'hiddenRatio'))} times as long as the sound`,
  code`likeness below ${constant('formats/frames/g729-foreign.ts', 'leastLikeness')} and with ${percent(constant('formats/frames/g729-foreign.ts', 'wrongShare'))} % of its parity bits wrong`,
  code`in the metadata to within ${percent(constant(loss, 'lostShare'))} % or ${constant(loss, 'lostSeconds')} s.`,
  code`in a mapping), a loss of more than ${percent(ofAudio)} % and ${seconds(constant(lengths, 'roundingMs'))} s is`,
  measured('## What was measured', 'test/bench/plausibility.ts'),
  measured('### What was measured inside calls', 'test/bench/damage.ts'),
  measured('## Even codes', 'test/bench/evenness.ts'),
  measured('## Bytes that are no coding of sound', 'test/bench/damage.ts'),
  measured('## The rate of G.726', 'test/bench/g726-headers.ts'),
  measured('`node dist/test/bench/damage.js` (above', 'test/bench/damage.ts'),
  measured('Measured (November 2026, FFmpeg 7.1 and sox 14.4) on calls'),
  measured('Where three to 16 channels'),
  measured('The rate of a WAVE is compared', null, '### What was measured inside calls'),
  measured('Codings that both longplay and FFmpeg decode'),
  measured('Comfort noise is softer than', 'test/bench/damage.ts'),
  measured('Measured (November 2026): 988'),
  measured('Measured on calls of 40 s'),
  measured('G.729 with silence frames (F398)'),
  ...fact('a recording of an analogue line, and one of ten seconds of fax', 'hummed in 9 of 19', 'A fax of ten seconds'),
  code`IMA ADPCM is doubtful as well if ${inWords(10 * constant(blocks, 'beyondShare'))} of`,
  code`are no frame, from ${kib(constant('formats/headerless/gsm-step.ts', 'fewestStray'))} KiB on`,
  ...fact('tenths', 'of ten loud windows', 'of ten, five at least', 'of ten blocks begin'),
  ...fact('ITU-T G.723.1 annex A', 'one byte for 30 ms'),
  ...fact(
    'arithmetic: sectors of 512 bytes and 4 KiB, samples of 2 bytes, within two samples',
    '1 in 7,000 does at both ends, 1 in 700 begins at a border of 4 KiB',
  ),
  ...fact('50 frames of GSM, 33 bytes each', 'a busy tone in GSM is 1,650 bytes'),
  ...fact('test/bench/damage.ts', '0xFF and 0x00 alternating every 512 bytes'),
  ...fact('src/media/damage/file-within.ts: the shortest is that of a program, 0x7F, ELF and three bytes', '(7 fixed bytes at least)'),
  ...fact('kinds of samples', '16-bit or 8-bit samples'),
  ...fact(
    'roughness of a tone is 2 (1 - cos w); of white noise 2',
    'a fax carrier of 2,100 Hz sampled at 8 kHz is rougher (2.2) than white noise (2.0)',
  ),
];

function placedBound(id: string): number {
  return codecs.find((codec) => codec.id === id)?.marks?.codes?.placed ?? Number.NaN;
}

/** Windows in which codes are judged, and the allowed distance of random bytes from sound: `| GSM 06.10 | 2,046 bytes (1.2 s) | 16 |`. */
function evenRows(): Held[] {
  const coded: readonly (readonly [id: string, title: string, bytesPerSecond: number])[] = [
    ['gsm', 'GSM 06.10', 1_650],
    ['gsm-ms', 'GSM in WAVE (65 bytes)', 1_625],
    ['g729', 'G.729, with and without silence frames', 1_000],
    ['g723.1', 'G.723.1', 800],
    ['ima-adpcm', 'IMA ADPCM', 4_000],
    ['ms-adpcm', 'MS ADPCM', 4_000],
    ['yamaha-adpcm', 'Yamaha ADPCM', 4_000],
    ['oki-adpcm', 'OKI ADPCM', 4_000],
    ['g722', 'G.722', 8_000],
    ['g726-32-lsb', 'G.726, 32 kbit/s', 4_000],
    ['g726-24-lsb', 'G.726, 24 kbit/s', 3_000],
    ['g726-16-lsb', 'G.726, 16 kbit/s', 2_000],
  ];
  return coded.map(([id, title, bytesPerSecond]) => {
    const { windowBytes = Number.NaN, deviations = Number.NaN } = codecs.find((codec) => codec.id === id)?.marks?.codes ?? {};
    const lasting = Number((windowBytes / bytesPerSecond).toFixed(1));
    return code`| ${title} | ${windowBytes}${id === 'gsm' ? ' bytes' : ''} (${lasting} s) | ${deviations} |`;
  });
}
