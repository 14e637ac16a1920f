import { nmfCall, nmfFile } from '../formats/loggers/nmf-builder.ts';
import { tone } from './make-mapping-samples.ts';

/** Ids as newer versions write them: 64 bits, of contact and segments. */
const contact = '6651516551865369305';
const [one, two, chat, busy, failed] = [
  '6651516560398680065',
  '6651516560398680066',
  '6651516560398680067',
  '6651516560398680068',
  '6651516560398680069',
];
const folder = 'storage1/REC-APP1/84/2019/10/27/REC-AIR2/2';
const inStore = (name: string): string => `E:\\${folder.replaceAll('/', '\\')}\\${name}`;

const interactionColumns =
  '[iInteractionID], [iContactID], [dtInteractionLocalStartTime], [dtInteractionLocalStopTime], [dtInteractionGMTStartTime], [dtInteractionGMTStopTime], [biInteractionDuration], [iSwitchID], [iPBXCallID], [vcPBXUniversalCallInteractionID], [tiCallDirectionTypeID], [iInteractionOpenReasonID], [iInteractionCloseReasonID], [tiInteractionRecordedTypeID], [iMediaTypesId], [vcClientDTMF], [nvcBusinessData]';
const time = (text: string): string => `CAST(N'2019-10-27T${text}' AS DateTime)`;
const interaction = (
  id: string | undefined,
  local: readonly [string, string],
  utc: readonly [string, string],
  more: string,
  shard = '01',
  group = contact,
): string =>
  `INSERT [dbo].[tblInteraction${shard}] (${interactionColumns}) VALUES (${id}, ${group}, ${[...local, ...utc].map(time).join(', ')}, ${more})`;

const script = [
  'USE [nice_interactions]',
  'GO',
  // In the ambiguous hour; the first call was transferred into the second.
  interaction(
    one,
    ['02:15:04.120', '02:16:04.120'],
    ['00:15:04.120', '00:16:04.120'],
    "60000, 1, 4711, N'00001004711572135304', 1, 1, 8, 1, 2, N'4929#', N'Order 7'",
  ),
  interaction(two, ['02:16:04.120', '02:16:34.120'], ['01:16:04.120', '01:16:34.120'], '30000, 1, 4712, NULL, 1, 4, 2, 1, 3, NULL, NULL'),
  interaction(
    chat,
    ['09:00:00.000', '09:05:00.000'],
    ['08:00:00.000', '08:05:00.000'],
    '300000, 1, NULL, NULL, 1, 1, 2, 2, 8, NULL, NULL',
    '02',
    chat,
  ),
  interaction(busy, ['09:10:00.000', '09:10:09.000'], ['08:10:00.000', '08:10:09.000'], '9000, 1, 4714, NULL, 2, 1, 2, 2, 2, NULL, NULL', '02', busy),
  interaction(
    failed,
    ['09:20:00.000', '09:21:00.000'],
    ['08:20:00.000', '08:21:00.000'],
    '60000, 1, 4715, NULL, 3, 1, 2, 2, 2, NULL, NULL',
    '02',
    failed,
  ),
  'GO',
  `INSERT [dbo].[tblParticipant01] ([iInteractionID], [iParticipantID], [nvcStation], [nvcPhoneNumber], [nvcAgentId], [nvcCTIAgentName], [tiParticipantTypeID], [bitIsInteractionInitiator], [vcTrunkGroup], [vcTrunkNumber], [nvcDialedNumber]) VALUES (${one}, 1, N'2001', NULL, N'7001', N'Agent Seven', 1, 0, NULL, NULL, NULL), (${one}, 2, NULL, N'+442079460017', NULL, NULL, 2, 1, N'9', N'31', N'+442079460100'), (${two}, 1, N'2002', NULL, N'7002', N'Åsa Öberg', 1, 0, NULL, NULL, NULL), (${two}, 2, NULL, N'+442079460017', NULL, NULL, 2, 1, N'9', N'31', NULL), (${failed}, 1, N'2001', NULL, NULL, NULL, 1, 1, NULL, NULL, NULL), (${failed}, 2, N'2002', NULL, NULL, NULL, 1, 0, NULL, NULL, NULL)`,
  `INSERT [dbo].[tblRecording01] ([iInteractionID], [iRecordingID], [iLogger], [iChannel], [dtRecordingGMTStartTime], [dtRecordingGMTStopTime], [tiRecordingSideTypeID], [tiMediaTypeId], [tiRecordingRecordedTypeID]) VALUES (${one}, 501, 63, 12, ${time('00:15:04.250')}, ${time('00:16:04.000')}, 3, 2, 1), (${two}, 502, 63, 13, ${time('01:16:04.250')}, ${time('01:16:34.000')}, 3, 2, 1), (${two}, 503, 64, 1, ${time('01:16:05.000')}, ${time('01:16:34.000')}, 4, 1, 1)`,
  `INSERT [dbo].[tblException01] ([iInteractionID], [iExceptionTypeID], [iExceptionNumber], [dtExceptionTimeStamp]) VALUES (${failed}, 12, 310, ${time('08:20:01.000')})`,
  'GO',
  '',
].join('\r\n');

const old = 'SC_1_132110_63488_Mar 10 2010  7 16AM_Mar 10 2010  7 16AM_Mar 10 2010  7 15AM_Mar 10 2010  7 15AM__401997_400908_38671.nmf';

/** As Management Studio saves a result: NULL is a word, and the last line has no line end. */
const storage = [
  'iArchiveID,siUnitID,vcArchivePath,iArchiveClass,vcArchiveUniqueId,iRetentionDays,tiLockStatus,iLoggerID,iLoggerResource,dtRecordingGMTStartTime',
  `9001,3,${inStore(`1_${contact}_${one}.nmf`)},1,1245625457,2555,1,63,12,2019-10-27 00:15:04.250`,
  `9002,3,${inStore(`1_${contact}_${two}.nmf`)},1,NULL,2555,0,63,13,2019-10-27 01:16:04.250`,
  `9003,3,${inStore('screen-503.avi')},1,NULL,90,0,64,1,2019-10-27 01:16:05.000`,
  `9004,3,${inStore(`1_${contact}_6651516560398680099.nmf`)},1,NULL,2555,0,63,14,2019-10-27 01:20:00.000`,
  `9004,3,${inStore(`1_${contact}_6651516560398680099.nmf`)},1,NULL,2555,0,63,14,2019-10-27 01:20:00.000`,
].join('\r\n');

/**
 * The sample \`samples/nice-engage\`: a script of the interaction tables, the rows of the storage center, and its files. A transferred call in the ambiguous hour, with a screen
 * recording; a chat; a call that was not to be recorded and one that failed to be; files without rows, one of them named as old versions did. Synthetic.
 */
export function niceEngageSample(): Map<string, Uint8Array> {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const nmf = (value: number): Uint8Array => nmfFile(nmfCall([new Uint8Array(800).fill(value), new Uint8Array(800).fill(255 - value)], 8));
  return new Map<string, Uint8Array>([
    ['tables/nice_interactions.sql', text(`\ufeff${script}`)],
    ['tables/tblStorageCenter01.csv', text(storage)],
    ['tables/tblScSamUnit.csv', text('siUnitID,nvcUnitPath\r\n3,\\\\store1\\archive\r\n')],
    [`${folder}/1_${contact}_${one}.nmf`, nmf(0x20)],
    [`${folder}/1_${contact}_${two}.nmf`, nmf(0x30)],
    [`${folder}/screen-503.avi`, tone(440, 0.01)],
    [`${folder}/1_${contact}_6651516560398680077.nmf`, nmf(0x40)],
    [`Unit1/REC-APP0/Storage Rule 1/2010_Mar_10/${old}`, nmf(0x50)],
  ]);
}
