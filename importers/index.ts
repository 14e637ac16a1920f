import type { Importer } from '../src/core/importer.ts';
import { asterisk } from './asterisk.ts';
import { callrec } from './callrec.ts';
import { generic } from './generic.ts';
import { looseFiles } from './loose-files.ts';
import { niceTrading } from './nice-trading.ts';
import { oreka } from './oreka.ts';
import { rtpengine } from './rtpengine.ts';
import { sidecarXml } from './sidecar-xml.ts';
import { siprec } from './siprec.ts';
import { voipmonitor } from './voipmonitor.ts';

/** Every importer. The order means nothing: two that recognise one source are an error that names both. */
export const importers: readonly Importer[] = [
  asterisk,
  callrec,
  generic,
  looseFiles,
  niceTrading,
  oreka,
  rtpengine,
  sidecarXml,
  siprec,
  voipmonitor,
];
