import type { Importer } from '../src/core/importer.ts';
import { amazonConnect } from './amazon-connect.ts';
import { asterisk } from './asterisk.ts';
import { callrec } from './callrec.ts';
import { freeswitch } from './freeswitch.ts';
import { generic } from './generic.ts';
import { genesysCloud } from './genesys-cloud.ts';
import { genesysGir } from './genesys-gir.ts';
import { looseFiles } from './loose-files.ts';
import { mediasense } from './mediasense.ts';
import { niceEngage } from './nice-engage.ts';
import { niceTrading } from './nice-trading.ts';
import { oreka } from './oreka.ts';
import { rtpengine } from './rtpengine.ts';
import { sidecarXml } from './sidecar-xml.ts';
import { siprec } from './siprec.ts';
import { voipmonitor } from './voipmonitor.ts';
import { zoomPhone } from './zoom-phone.ts';

/** Every importer. The order means nothing: two that recognise one source are an error that names both. */
export const importers: readonly Importer[] = [
  amazonConnect,
  asterisk,
  callrec,
  freeswitch,
  generic,
  genesysCloud,
  genesysGir,
  looseFiles,
  mediasense,
  niceEngage,
  niceTrading,
  oreka,
  rtpengine,
  sidecarXml,
  siprec,
  voipmonitor,
  zoomPhone,
];
