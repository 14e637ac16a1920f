import { pcapHeaderBytes, readPcapHeader, walkPcap } from '../../src/core/capture/pcap-records.ts';
import { readSignalling } from '../../src/core/capture/sip-invites.ts';
import type { Format } from '../../src/core/model/format.ts';
import { identifyCapture } from './capture.ts';

/** Identifies classic packet captures, in which recorders and phone systems store calls as they appear on the network. */
export const pcap: Format = {
  id: 'pcap',
  title: 'Capture of calls (pcap)',
  extensions: ['.pcap', '.cap'],
  mediaType: 'application/vnd.tcpdump.pcap',
  grade: 'verified',
  facts: [
    'draft-ietf-opsawg-pcap; RFC 3550 (RTP), 3551 (payload types), 3389 (comfort noise), 4733 (telephone events), 3264 and 8866 (SDP), 7983',
    'captures of the Asterisk test suite, sip-tester, sngrep and rtpengine; packets, loss and payloads agree with tshark 4.4, G.711 with FFmpeg 7.1',
  ],
  async identify(bytes, _hint, signal) {
    const header = readPcapHeader(await bytes.read(0, pcapHeaderBytes, signal));
    if (header === null) return null;
    const kind = header.extra > 0 ? ', modified' : header.ticks === 1e9 ? ', nanoseconds' : '';
    return await identifyCapture(pcap.id, `pcap at 0${kind}, ${header.little ? 'little' : 'big'}-endian`, walkPcap, bytes, signal);
  },
  async signalling(bytes, _hint, mostBytes, signal) {
    return readPcapHeader(await bytes.read(0, pcapHeaderBytes, signal)) === null ? null : await readSignalling(bytes, walkPcap, mostBytes, signal);
  },
};
