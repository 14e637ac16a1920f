/** Returns the configuration of an Asterisk that records every call. @param batch true: rows are written every two minutes */
export function asteriskFiles(batch: boolean): Record<string, string> {
  const none = [
    'acl',
    'ccss',
    'cel',
    'cli',
    'cli_permissions',
    'codecs',
    'dnsmgr',
    'dsp',
    'features',
    'http',
    'indications',
    'manager',
    'musiconhold',
    'udptl',
  ];
  return {
    ...Object.fromEntries(none.map((name) => [`${name}.conf`, ''])),
    'asterisk.conf': lines(
      '[directories]',
      'astetcdir => /follow/etc',
      'astmoddir => /usr/lib/x86_64-linux-gnu/asterisk/modules',
      'astvarlibdir => /var/lib/asterisk',
      'astdbdir => /follow/lib',
      'astkeydir => /follow/lib',
      'astdatadir => /usr/share/asterisk',
      'astagidir => /usr/share/asterisk/agi-bin',
      'astspooldir => /follow/rec',
      'astrundir => /follow/run',
      'astlogdir => /follow/rec',
      '[options]',
      'systemname = follow',
    ),
    'modules.conf': lines('[modules]', 'autoload=yes'),
    'pjsip.conf': lines(
      '[udp]',
      'type=transport',
      'protocol=udp',
      'bind=127.0.0.1:15060',
      '[anonymous]',
      'type=endpoint',
      'context=in',
      'disallow=all',
      'allow=ulaw',
      'direct_media=no',
      'rtp_timeout=20',
    ),
    'rtp.conf': lines('[general]', 'rtpstart=21000', 'rtpend=21900'),
    'extensions.conf': lines(
      '[in]',
      'exten => _X.,1,Answer()',
      ` same => n,MixMonitor(/follow/rec/monitor/follow-${variable('UNIQUEID')}.wav)`,
      ' same => n,Milliwatt()',
    ),
    'cdr.conf': lines(
      '[general]',
      'enable=yes',
      `batch=${batch ? 'yes' : 'no'}`,
      'size=1000',
      'time=120',
      '[csv]',
      'usegmtime=yes',
      'loguniqueid=yes',
      'loguserfield=yes',
      'accountlogs=no',
      'newcdrcolumns=yes',
    ),
    'logger.conf': lines('[logfiles]', '/follow/log/messages => warning,error'),
  };
}

/** A call of sipp: it sends audio for 4 to 40 seconds, then hangs up. Numbers are from the range for fiction of PTS, +46 8 465 004 xx. */
export const scenario = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="call with audio">
<send retrans="500"><![CDATA[
INVITE sip:46[service]@[remote_ip]:[remote_port] SIP/2.0
${head('', '1 INVITE')}
Contact: <sip:sipp@[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=u 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
]]></send>
<recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
${head('[peer_tag_param]', '1 ACK')}
Content-Length: 0

]]></send>
<nop><action><exec rtp_stream="tone.ul,-1,0"/></action></nop>
<pause distribution="uniform" min="4000" max="40000"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
${head('[peer_tag_param]', '2 BYE')}
Content-Length: 0

]]></send>
<recv response="200" crlf="true"/>
</scenario>
`;

function head(tag: string, sequence: string): string {
  return [
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'From: <sip:[call_number]@[local_ip]:[local_port]>;tag=[pid]t[call_number]',
    `To: <sip:46[service]@[remote_ip]:[remote_port]>${tag}`,
    'Call-ID: [call_id]',
    `CSeq: ${sequence}`,
    'Max-Forwards: 70',
  ].join('\n');
}

/** Returns ten seconds of noise as mu-law bytes, the same each time. */
export function tone(): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: 80_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return 0x80 | ((state >>> 16) & 0x7f);
  });
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}

/** Returns a variable of the dial plan. */
function variable(name: string): string {
  return `$${'{'}${name}}`;
}
