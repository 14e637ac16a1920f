import { alice, bob, ether, ipv4, pcapFile, rtp, udp } from '../formats/capture-builder.ts';
import { tone } from './make-mapping-samples.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** 0.2 s of A-law from both ends. */
function capture(): Uint8Array {
  const frames = Array.from({ length: 20 }, (_, at) => {
    const number = at >> 1;
    const fromBob = at % 2 === 1;
    const payload = new Uint8Array(160).map((_, sample) => 0x55 ^ ((sample * (fromBob ? 3 : 5)) & 0x3f));
    const packet = rtp({ sequence: number, timestamp: number * 160, type: 8, ssrc: fromBob ? 2 : 1, payload });
    const datagram = fromBob ? ipv4(udp(packet, 30_040, 4_000), { from: bob, to: alice }) : ipv4(udp(packet, 4_000, 30_040));
    return { microseconds: number * 20_000 + at, bytes: ether(datagram) };
  });
  return pcapFile(frames);
}

function metadata(id: string, startedMs: string, local: string, operator: string): Uint8Array {
  const end = new Date(Date.parse(`${local}Z`) + 1_000).toISOString().slice(0, 19);
  return text(
    [
      `/var/spool/rtpengine/pcaps/${id}.pcap`,
      '',
      '',
      `Timestamp started ms: ${startedMs}`,
      'SDP mode: offer',
      'SDP before RTP packet: 1',
      '',
      'v=0',
      'o=- 1 1 IN IP4 192.0.2.1',
      's=-',
      'm=audio 4000 RTP/AVP 8 101',
      'a=rtpmap:8 PCMA/8000',
      '',
      `Timestamp terminated ms(first monologue): ${(Number(startedMs) + 1_000).toFixed(3)}`,
      '',
      `call start time: ${local}`,
      `call end time: ${end}`,
      '',
      '',
      operator,
      '',
    ].join('\n'),
  );
}

/**
 * The sample `samples/rtpengine`: the output of the pcap method for two calls of the ambiguous hour, one whose capture is lost, a capture without its text, and the recording
 * daemon's tables as a dump with a mix and a side. In the layout of a real run of rtpengine-daemon 12.5.1.31; the content is synthetic.
 */
export function rtpengineSample(): Map<string, Uint8Array> {
  const [first, second, lost] = ['a%40pbx.example-00112233445566aa', 'b%40pbx.example-00112233445566ab', 'c%40pbx.example-00112233445566ac'];
  const daemon = 'd%40pbx.example-00112233445566ad';
  const dump = [
    'CREATE TABLE `recording_calls` (`id` int, `call_id` varchar(250), `start_timestamp` decimal(13,3), `end_timestamp` decimal(13,3), `status` varchar(20)) ENGINE=InnoDB;',
    "INSERT INTO `recording_calls` VALUES (1,'d@pbx.example',1714636800.125,1714636800.500,'completed'),(2,'e@pbx.example',1714640400.000,NULL,'recording');",
    'CREATE TABLE `recording_streams` (`id` int, `call` int, `local_filename` varchar(250), `full_filename` varchar(250), `file_format` varchar(10), `output_type` varchar(10), `start_timestamp` decimal(13,3)) ENGINE=InnoDB;',
    `INSERT INTO \`recording_streams\` VALUES (1,1,'${daemon}-mix','/rec/${daemon}-mix','wav','mixed',1714636800.250),(2,1,'${daemon}-1a2b3c4d','/rec/${daemon}-1a2b3c4d','wav','single',1714636800.300);`,
    'CREATE TABLE `recording_metakeys` (`id` int, `call` int, `key` varchar(255), `value` varchar(255)) ENGINE=InnoDB;',
    "INSERT INTO `recording_metakeys` VALUES (1,1,'agent','Trader 7');",
    '',
  ].join('\n');
  return new Map([
    [
      `metadata/rtpengine-meta-${first}.txt`,
      metadata(first, '1761438596125.250', '2025-10-26T02:29:56', 'caller:+442079460017|callee:2001|agent:Trader 7'),
    ],
    [`pcaps/${first}.pcap`, capture()],
    [
      `metadata/rtpengine-meta-${second}.txt`,
      metadata(second, '1761442196125.250', '2025-10-26T02:29:56', 'caller:sip:2002@pbx.example|callee:2001'),
    ],
    [`pcaps/${second}.pcap`, capture()],
    [`metadata/rtpengine-meta-${lost}.txt`, metadata(lost, '1714636800125.250', '2024-05-02T10:00:00', 'deal:X-1')],
    ['pcaps/f%40pbx.example-00112233445566af.pcap', capture()],
    ['recording.sql', text(dump)],
    [`rec/${daemon}-mix.wav`, tone(440, 0.2)],
    [`rec/${daemon}-1a2b3c4d.wav`, tone(523, 0.2)],
  ]);
}
