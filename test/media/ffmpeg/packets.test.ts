import { expect, test } from 'vitest';
import { ffmpegLog } from '../../../src/media/ffmpeg/log.ts';
import { readingLog } from '../../../src/media/ffmpeg/packets.ts';

/** As FFmpeg 7.1 writes it with `-loglevel level+verbose`. */
const said = [
  '[in#0/wv @ 0x5581] [verbose] Starting thread...',
  '[info] Input #0, wv, from pipe:0:',
  '  Metadata:',
  '    title : a line without a level goes on with the one before',
  '[wavpack @ 0x5581] [error] CRC error',
  '    Last message repeated 2 times',
  '[aist#0:0/tta @ 0x5581] [dec:tta @ 0x5582] [error] Decoding error: Invalid data found when processing input',
  '[in#0/wv @ 0x5581] [verbose]   Input stream #0:0 (video): 7 packets read (900 bytes); ',
  '[in#0/wv @ 0x5581] [verbose]   Input stream #0:1 (audio): 0 packets read (0 bytes); ',
  '[in#0/wv @ 0x5581] [verbose]   Input stream #0:2 (audio): 12 packets read (103252 bytes); 11 frames decoded; 1 decode errors (91949 samples); ',
];

test('warnings and errors reach the log without their level, and the number of packets is taken from the rest', () => {
  const log = ffmpegLog();
  const reading = readingLog(log, true);
  for (const line of said) reading.add(line);
  expect(reading.packets()).toEqual({ packets: 12, bytes: 103_252, errors: 1, broken: 3 });
  expect(log.text().split('\n')).toEqual([
    '[wavpack @ 0x5581] CRC error',
    '    Last message repeated 2 times',
    '[aist#0:0/tta @ 0x5581] [dec:tta @ 0x5582] Decoding error: Invalid data found when processing input',
  ]);
});

test('if the number is not requested every line is passed on unchanged', () => {
  const log = ffmpegLog();
  const reading = readingLog(log, false);
  reading.add('[wv @ 0x1] Invalid block header.');
  expect([reading.level, log.text(), reading.packets()]).toEqual(['warning', '[wv @ 0x1] Invalid block header.', null]);
});
