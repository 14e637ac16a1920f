import type { Importer } from '../src/core/importer.ts';
import { asterisk } from './asterisk.ts';
import { finos } from './finos.ts';
import { generic } from './generic.ts';
import { looseFiles } from './loose-files.ts';
import { niceTrading } from './nice-trading.ts';
import { rtpengine } from './rtpengine.ts';
import { sidecarXml } from './sidecar-xml.ts';
import { siprec } from './siprec.ts';
import { vcon } from './vcon.ts';
import { voipmonitor } from './voipmonitor.ts';

/** Every importer. The order means nothing: two that recognise one source are an error that names both. */
export const importers: readonly Importer[] = [asterisk, finos, generic, looseFiles, niceTrading, rtpengine, sidecarXml, siprec, vcon, voipmonitor];
