import { avi } from './avi.ts';
import type { DemuxedContainer } from './container.ts';
import { flv } from './flv.ts';
import { frameStreams } from './frames.ts';
import { matroska } from './matroska.ts';
import { mlpStreams } from './mlp.ts';
import { mpegPs } from './mpeg-ps.ts';
import { mpegTs } from './mpeg-ts.ts';
import { nut } from './nut.ts';
import { real } from './real.ts';
import { simpleContainers } from './simple.ts';

/** Every container that is passed to FFmpeg as a whole. */
export const demuxedContainers: readonly DemuxedContainer[] = [
  matroska,
  avi,
  flv,
  mpegTs,
  mpegPs,
  nut,
  real,
  ...frameStreams,
  ...mlpStreams,
  ...simpleContainers,
];
