import type { Importer } from '../src/core/model/importer.ts';
import { amazonConnect } from './amazon-connect/importer.ts';
import { asterisk } from './asterisk/importer.ts';
import { callrec } from './callrec/importer.ts';
import { withSignalling } from './engine/signalling.ts';
import { finos } from './finos/importer.ts';
import { freeswitch } from './freeswitch/importer.ts';
import { genesysCloud } from './genesys-cloud/importer.ts';
import { genesysGir } from './genesys-gir/importer.ts';
import { looseFiles } from './loose-files/importer.ts';
import { generic } from './mapping/importer.ts';
import { mediasense } from './mediasense/importer.ts';
import { niceEngage } from './nice-engage/importer.ts';
import { niceTrading } from './nice-trading/importer.ts';
import { oreka } from './oreka/importer.ts';
import { rtpengine } from './rtpengine/importer.ts';
import { sidecarXml } from './sidecar-xml/importer.ts';
import { siprec } from './siprec/importer.ts';
import { vcon } from './vcon/importer.ts';
import { voipmonitor } from './voipmonitor/importer.ts';
import { zoomPhone } from './zoom-phone/importer.ts';

/** Every importer. The order has no meaning: if two importers recognise one source, the error names both. */
export const importers: readonly Importer[] = [
  amazonConnect,
  asterisk,
  callrec,
  finos,
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
  vcon,
  voipmonitor,
  zoomPhone,
].map(withSignalling);
