import iconv from 'iconv-lite';

/**
 * The sample export `samples/generic-csv`: a Swedish recorder's table in windows-1252 with semicolons and decimal commas, and its audio. A clock change, a call
 * exported twice, two rows of one conference, a call in two parts, one deleted, one whose export failed, one file that no row names, and `mapping.toml`.
 */
export function genericSample(): Map<string, Uint8Array> {
  const rows = [
    'SamtalsID;Starttid;Längd;Riktning;Från;Till;Agent;Kommentar;Status;Fil',
    '1001;2024-10-27 01:59:50;0,5;In;+46701740605;0701740698;Åsa Öberg;"ok; ""köp""";lyckad;inspelningar\\2024\\10\\27\\1001.wav',
    '1002;2024-10-27 02:15:00;0,4;In;+46701740606;0701740698;Åsa Öberg;;lyckad;inspelningar\\2024\\10\\27\\1002.wav',
    '1002;2024-10-27 02:15:00;0,4;In;+46701740606;0701740698;Åsa Öberg;;lyckad;inspelningar\\2024\\10\\27\\1002.wav',
    '1003;2024-05-02 09:00:00;0,6;Ut;0701740698;+46701740608;Björn Ek;"rad\nbrytning";lyckad;inspelningar\\2024\\05\\02\\konferens.wav',
    '1004;2024-05-02 09:00:10;0,5;Ut;0701740697;+46701740608;Åsa Öberg;;lyckad;inspelningar\\2024\\05\\02\\konferens.wav',
    '1005;2024-05-02 10:30:00;12,0;In;4,67017E+10;0701740698;Björn Ek;;raderad;inspelningar\\2024\\05\\02\\1005.wav',
    '1006;2024-05-02 10:31:00;8,0;Internt;1001;1002;Björn Ek;;misslyckad;inspelningar\\2024\\05\\02\\1006.wav',
  ];
  return new Map([
    ['samtal.csv', iconv.encode(`${rows.join('\r\n')}\r\n`, 'win1252')],
    ['mapping.toml', new TextEncoder().encode(mapping)],
    ['inspelningar/2024/10/27/1001.wav', tone(440, 0.5)],
    ['inspelningar/2024/10/27/1002.wav', tone(523, 0.4)],
    ['inspelningar/2024/05/02/konferens.wav', tone(660, 0.6)],
    ['inspelningar/2024/05/02/okänd.wav', tone(349, 0.3)],
  ]);
}

const mapping = `# What the export of samtal.csv means; see docs/reference/mapping-file.md.
[source]
name = "Röstlogg 7"
zone = "Europe/Stockholm"

[table]
files = "samtal.csv"
kind = "csv"

[columns]
key = "SamtalsID"
start = "Starttid"
duration = { column = "Längd", unit = "s" }
direction = { column = "Riktning", in = ["In"], out = ["Ut"], internal = ["Internt"] }
caller = "Från"
callee = "Till"
agent = "Agent"

[columns.tags]
comment = "Kommentar"

[join]
column = "Fil"
match = "path"

[status]
column = "Status"
deleted = ["raderad"]
failed = ["misslyckad"]
`;

/** The sample `samples/sidecar-xml`: three recordings in the layout of Verint, one of them without audio, and audio that no sidecar names. Synthetic, not exported. */
export function sidecarSample(): Map<string, Uint8Array> {
  const audio = tone(440, 0.5);
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return new Map([
    ['2019/10/27/810001000000042---6f1c2a34-0b57-4c1e-9a53-2f6f0a7d1e01.wav', audio],
    ['2019/10/27/810001000000042---c0a1e6d2-7f44-4a0b-8a39-55b7a92e1f02.xml', text(verint(audio.length))],
    ['2019/10/27/810001000000043---1d0d4b3e-2c9f-4f5d-b6ab-0a1be3bd7c03.xml', text(verintElements)],
    ['2019/10/27/810001000000044---8a7f9d10-53c8-4d5a-8c1f-97a3c1f9ab04.wav', tone(523, 0.4)],
  ]);
}

function verint(bytes: number): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<x:recording x:version="11.2" x:ref="810001000000042" xmlns:x="http://www.verint.com/xmlns/recording20080320">
  <x:segment>
    <x:contenttype>audio/vnd.verint.wav</x:contenttype>
    <x:starttime>2019-10-27T02:15:04.120+02:00</x:starttime>
    <x:duration>375</x:duration>
    <x:shared_key/>
    <x:contentfilesize>${bytes + 1}</x:contentfilesize>
    <x:tags>
      <x:tag timestamp="2019-10-27T02:15:03.900+02:00" taggedbyhost="REC01">
        <x:attribute key="eventtype">Connected</x:attribute>
        <x:attribute key="globalcallid">00001004711572135304</x:attribute>
        <x:attribute key="skill">Handel &amp; Placering</x:attribute>
      </x:tag>
      <x:tag timestamp="2019-10-27T01:17:30.000+00:00" taggedbyhost="CTI02">
        <x:attribute key="eventtype">Held</x:attribute>
        <x:attribute key="timeonhold">41</x:attribute>
      </x:tag>
    </x:tags>
  </x:segment>
  <x:contacts>
    <x:contact x:id="9164200000000420001">
      <x:number_of_holds>1</x:number_of_holds>
      <x:sessions>
        <x:session x:id="9164200000000420002">
          <x:agent_id>4711</x:agent_id>
          <x:employeename>Åsa Öberg</x:employeename>
          <x:ani>+46701740605</x:ani>
          <x:dnis>0701740698</x:dnis>
          <x:extension>1001</x:extension>
          <x:direction>Inbound</x:direction>
          <x:starttime>2019-10-27T02:15:03.900+02:00</x:starttime>
          <x:duration>379</x:duration>
          <x:wrapup_time>60</x:wrapup_time>
          <x:switch_call_id>00001004711572135304</x:switch_call_id>
          <x:inums><x:inum>810001000000042</x:inum></x:inums>
        </x:session>
      </x:sessions>
    </x:contact>
  </x:contacts>
</x:recording>
`;
}

/** The same family with values as attributes, another prefix, no offset in its times and two sessions. */
const verintElements = `<?xml version="1.0" encoding="utf-8"?>
<recording ref="810001000000043" xmlns="http://www.verint.com/xmlns/recording20080320">
  <segment contenttype="audio/vnd.verint.wav" starttime="2019-10-27T03:20:00" duration="12" contentfilesize="9999"/>
  <contacts>
    <contact id="9164200000000430001" time_offset="60">
      <sessions>
        <session id="9164200000000430002" agent_id="4711" ani="1001" dnis="+46701740607" direction="Outbound" starttime="2019-10-27T03:19:58" duration="9"/>
        <session id="9164200000000430003" agent_id="4712" ani="1001" dnis="+46701740607" direction="Outbound" starttime="2019-10-27T03:20:07" duration="5"/>
      </sessions>
    </contact>
  </contacts>
</recording>
`;

/** A WAV file of one tone, 8,000 samples per second, 16 bit. */
export function tone(hz: number, seconds: number): Uint8Array {
  const samples = Math.round(seconds * 8_000);
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  for (const [at, value] of [
    [16, 16],
    [24, 8_000],
    [28, 16_000],
  ] as const)
    bytes.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    bytes.writeUInt16LE(value, at);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) bytes.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / 8_000)), 44 + i * 2);
  return bytes;
}
