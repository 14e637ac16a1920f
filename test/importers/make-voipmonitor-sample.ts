import { createHash } from 'node:crypto';
import { pack as tarPack } from 'tar-stream';
import { alice, bob, ether, type Frame, ipv4, pcapFile, rtp, sip, udp } from '../formats/capture-builder.ts';
import { storedMember } from '../formats/packed-builder.ts';
import { pack, voice } from '../formats/wave/builder.ts';
import { tone } from './make-mapping-samples.ts';

/** Packets of both sides that `rtpCapture` holds. */
export const rtpPackets = 20;

/** RTP of a call, a fifth of a second of both sides. */
export function rtpCapture(seed: number): Uint8Array {
  const sides = [seed, seed + 1].map((side) => pack(voice((rtpPackets / 2) * 160, side), 'alaw'));
  const frames = Array.from({ length: rtpPackets }, (_, at): Frame => {
    const [side, index] = [at % 2, at >> 1];
    const payload = sides[side]?.subarray(index * 160, (index + 1) * 160) ?? new Uint8Array(0);
    const packet = rtp({ sequence: index, timestamp: index * 160, payload, type: 8, ssrc: 0x1000 + side });
    const datagram = side === 0 ? udp(packet, 40_000, 50_000) : udp(packet, 50_000, 40_000);
    return {
      microseconds: index * 20_000 + side * 5,
      bytes: ether(ipv4(datagram, side === 0 ? { from: alice, to: bob } : { from: bob, to: alice })),
    };
  });
  return pcapFile(frames);
}

/** The signalling of a call: its INVITE. */
export function sipCapture(callId: string): Uint8Array {
  const invite = sip({ call: callId, port: 40_000, media: 'RTP/AVP 8', lines: ['a=rtpmap:8 PCMA/8000'] });
  return pcapFile([{ microseconds: 0, bytes: ether(ipv4(udp(invite, 5_060, 5_060), { from: alice, to: bob })) }]);
}

/** A name in the shortened form of VoIPmonitor. */
export function shortened(name: string): string {
  const file = `${name}.pcap`;
  return `${file.slice(0, 54)}_hash_${createHash('md5').update(file.slice(54)).digest('hex')}`;
}

const long = `${'x'.repeat(70)}-call_with_a_long_id.4713@pbx.example`;

const dump = `-- MySQL dump 10.19  Distrib 10.3.39-MariaDB, for debian-linux-gnu (x86_64)
/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE \`cdr\` (
  \`ID\` int(10) unsigned NOT NULL AUTO_INCREMENT,
  \`calldate\` datetime NOT NULL,
  \`callend\` datetime NOT NULL,
  \`duration\` mediumint(8) unsigned DEFAULT NULL,
  \`connect_duration\` mediumint(8) unsigned DEFAULT NULL,
  \`caller\` varchar(255) DEFAULT NULL,
  \`caller_domain\` varchar(255) DEFAULT NULL,
  \`callername\` varchar(255) DEFAULT NULL,
  \`called\` varchar(255) DEFAULT NULL,
  \`sipcallerip\` int(10) unsigned DEFAULT NULL,
  \`whohanged\` enum('caller','callee') DEFAULT NULL,
  \`lastSIPresponseNum\` smallint(5) unsigned DEFAULT NULL,
  \`id_sensor\` smallint(5) unsigned DEFAULT NULL,
  PRIMARY KEY (\`ID\`,\`calldate\`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
INSERT INTO \`cdr\` VALUES (1,'2025-10-26 02:29:56','2025-10-26 02:30:04',8,6,'+442079460012','pbx.example','Åsa Öberg','2001',3221225994,'caller',200,3),(2,'2025-10-26 02:29:57','2025-10-26 02:30:05',8,6,'2002','pbx.example',NULL,'2001',3221225994,'callee',200,3),(3,'2025-10-26 02:31:01','2025-10-26 02:31:02',1,0,'2003','pbx.example',NULL,'2001',3221225994,NULL,200,3),(4,'2025-10-26 02:31:40','2025-10-26 02:31:41',1,0,'2004','pbx.example',NULL,'2001',3221225994,NULL,200,3);
INSERT INTO \`cdr\` VALUES (5,'2025-10-26 02:40:00','2025-10-26 02:40:08',8,6,'2002','pbx.example',NULL,'2001',3221225994,'caller',200,3),(6,'2025-10-26 03:10:00','2025-10-26 03:10:05',5,0,'2005','pbx.example',NULL,'2001',3221225994,'caller',486,3);
CREATE TABLE \`cdr_next\` (
  \`cdr_ID\` int(10) unsigned NOT NULL,
  \`calldate\` datetime NOT NULL,
  \`custom_header1\` varchar(255) DEFAULT NULL,
  \`fbasename\` varchar(255) DEFAULT NULL,
  \`match_header\` varchar(128) DEFAULT NULL,
  \`hold\` varchar(1024) DEFAULT NULL,
  \`dtmf\` varchar(64) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
INSERT INTO \`cdr_next\` VALUES (1,'2025-10-26 02:29:56','Trade 4711','long/call 4711@pbx.example','m-4711','+2 -3.5','4929'),(2,'2025-10-26 02:29:57',NULL,'second-call.4712@pbx.example',NULL,'+4 -5',NULL),(3,'2025-10-26 02:31:01',NULL,'a/b@pbx.example',NULL,NULL,NULL),(4,'2025-10-26 02:31:40',NULL,'a b@pbx.example',NULL,NULL,NULL),(5,'2025-10-26 02:40:00',NULL,'second-call.4712@pbx.example',NULL,NULL,NULL),(6,'2025-10-26 03:10:00',NULL,'busy.4714@pbx.example',NULL,NULL,NULL);
CREATE TABLE \`cdr_tar_part\` (
  \`cdr_ID\` int(10) unsigned NOT NULL,
  \`calldate\` datetime NOT NULL,
  \`type\` tinyint(3) unsigned NOT NULL,
  \`pos\` bigint(20) unsigned NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
INSERT INTO \`cdr_tar_part\` VALUES (1,'2025-10-26 02:29:56',1,0),(1,'2025-10-26 02:29:56',2,0),(1,'2025-10-26 02:29:56',2,6144),(99,'2025-10-26 02:00:00',1,0);
-- Dump completed on 2025-10-27  6:25:01
`;

/**
 * The sample \`samples/voipmonitor\`: a spool whose archives were unpacked, and a dump of its tables. In the ambiguous hour: a call with a packed capture in two pieces, one with
 * audio, two whose Call-IDs have one name, a repeated Call-ID, a busy call, one that no row names. Synthetic, not recorded.
 */
export function voipmonitorSample(): Map<string, Uint8Array> {
  const spool = 'spool/2025-10-26';
  const packed = storedMember('LZO', rtpCapture(1), 700);
  const cut = 3_001;
  return new Map<string, Uint8Array>([
    ['voipmonitor.sql', new TextEncoder().encode(dump)],
    [`${spool}/02/29/SIP/long_call_4711@pbx.example.pcap`, sipCapture('long/call 4711@pbx.example')],
    [`${spool}/02/29/RTP/long_call_4711@pbx.example.pcap#1`, packed.subarray(0, cut)],
    [`${spool}/02/29/RTP/long_call_4711@pbx.example.pcap`, packed.subarray(cut)],
    [`${spool}/02/29/GRAPH/long_call_4711@pbx.example.0.graph`, Uint8Array.of(0xfc, 0xff, 0xff, 0xff, 0, 0, 0, 0)],
    [`${spool}/02/29/AUDIO/second-call.4712@pbx.example.wav`, tone(440, 0.3)],
    [`${spool}/02/29/RTP/second-call.4712@pbx.example.pcap`, rtpCapture(3)],
    [`${spool}/02/29/REG/8212345.pcap`, sipCapture('register@pbx.example')],
    [`${spool}/02/31/RTP/a_b@pbx.example.pcap`, rtpCapture(5)],
    [`${spool}/02/40/RTP/second-call.4712@pbx.example.pcap`, rtpCapture(7)],
    [`${spool}/02/50/RTP/${shortened(long)}`, rtpCapture(9)],
    [`${spool}/02/50/AUDIO/${long}.wav`, tone(523, 0.2)],
  ]);
}

/** A member of an archive. */
export interface SpoolMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Epoch seconds: when the call began. */
  readonly began: number;
}

/** An archive of the spool. */
export async function spoolArchive(members: readonly SpoolMember[]): Promise<Buffer> {
  const tar = tarPack();
  for (const { name, bytes, began } of members) tar.entry({ name, mtime: new Date(began * 1_000), mode: 0o444 }, Buffer.from(bytes));
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
