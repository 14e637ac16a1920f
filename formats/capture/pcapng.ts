import { beginsPcapng, walkPcapng } from '../../src/core/capture/pcapng-records.ts';
import { readSignalling } from '../../src/core/capture/sip-invites.ts';
import type { Format } from '../../src/core/model/format.ts';
import { identifyCapture } from './capture.ts';

/** Identifies packet captures as written by Wireshark. */
export const pcapng: Format = {
  id: 'pcapng',
  title: 'Capture of calls (pcapng)',
  extensions: ['.pcapng'],
  mediaType: 'application/x-pcapng',
  grade: 'verified',
  facts: ['draft-ietf-opsawg-pcapng; a capture of the Asterisk test suite, files of editcap and mergecap 4.4; for what is in it, see pcap'],
  async identify(bytes, _hint, signal) {
    if (!beginsPcapng(await bytes.read(0, 12, signal))) return null;
    return await identifyCapture(pcapng.id, 'section header block at 0', walkPcapng, bytes, signal);
  },
  async signalling(bytes, _hint, mostBytes, signal) {
    return beginsPcapng(await bytes.read(0, 12, signal)) ? await readSignalling(bytes, walkPcapng, mostBytes, signal) : null;
  },
};
