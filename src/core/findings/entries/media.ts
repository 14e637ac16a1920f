import type { FindingEntry } from './types.ts';

/** Codes M100 to M199: media. */
export const mediaFindings = {
  // M100 to M149: identify, decode, measure, compare, process.
  M100: {
    severity: 'error',
    title: 'FFmpeg could not be started',
    meaning: 'FFmpeg was found before, but the system did not start it: it was removed, or there was no room for another process.',
    next: 'Check with `longplay doctor`, then run the same command again; it continues where it stopped.',
  },
  M101: {
    severity: 'error',
    title: 'FFmpeg stopped while decoding',
    meaning:
      'FFmpeg ended with an error before the end of the coded audio. What it had decoded until then was measured and copied; the original is kept whole.',
    next: 'Compare the length with the metadata. If the recording matters, try the original with another decoder or ask for another copy from the recorder.',
  },
  M102: {
    severity: 'warning',
    title: 'FFmpeg printed warnings while decoding',
    meaning: 'FFmpeg decoded to the end but printed warnings: usually damaged frames, which it replaces or drops.',
    next: 'Listen to the access copy if the recording matters; the original is kept whole.',
  },
  M103: {
    severity: 'warning',
    title: 'surplus bytes at the end',
    meaning: 'The coded audio ends within a block that cannot be decoded in part: the recorder was stopped abruptly or the file was cut.',
    next: 'Usually nothing: less than one block is missing. Check that the source file was copied whole.',
  },
  M104: {
    severity: 'warning',
    title: 'the stated length differs from the decoded length',
    meaning:
      'The container states another number of samples than its coded audio holds. Everything that could be decoded was kept; the stated length was not used for cutting.',
    next: 'Compare with the duration in the metadata. If less was decoded than stated, the file may have been cut.',
  },
  M105: {
    severity: 'error',
    title: 'unknown format',
    meaning:
      'No format recognises the bytes. The original is kept and nothing is claimed about it: it may be encrypted, in a format that longplay does not know, or not audio at all.',
    next: 'See `longplay formats`. If the recorder is known, send a description of the format; the original can be converted later without the source.',
  },
  M106: {
    severity: 'error',
    title: 'two formats claim this file',
    meaning:
      'Two formats are equally sure that they can read the file. It was not decoded, because choosing one would be a guess. The original is kept.',
    next: 'Report it with the two formats in the message, so that they can be distinguished in future.',
  },
  M107: {
    severity: 'error',
    title: 'no decoder for this codec',
    meaning: 'The container was understood, but there is no decoder, or no free one, for its codec. The original is kept and described.',
    next: "Keep the vendor's player while it still runs. `longplay formats` lists what can be decoded.",
  },
  M108: {
    severity: 'error',
    title: 'FFmpeg is needed and was not found',
    meaning: 'Only FFmpeg decodes this codec, and no FFmpeg was found at the start of the run. The original is kept without an access copy.',
    next: 'Install FFmpeg (Debian: ffmpeg), check with `longplay doctor`, and import into a new archive or run convert again.',
  },
  M109: {
    severity: 'error',
    title: 'a reader of this file failed',
    meaning:
      'A format reader or decoder of longplay failed with an internal error on this file. The original is kept, with what was decoded until then.',
    next: 'Please report it with the message: this is a bug that this file reveals.',
  },
  M110: {
    severity: 'error',
    title: 'the original could not be read as planned',
    meaning:
      'The file of the original is gone or unreadable, or was changed after the survey. No file of this recording was kept; other recordings are not affected.',
    next: 'Check that the source is complete, unchanging and readable, then run the same command again: it adds what is missing.',
  },
  M111: {
    severity: 'error',
    title: 'a file of the archive could not be written',
    meaning: 'The target refused: no space, no permission, a failing disk, or a file with that name exists.',
    next: 'Free some space or check the disk, then run the same command again; it continues where it stopped.',
  },
  M112: {
    severity: 'warning',
    title: 'the file is empty',
    meaning: 'The file has 0 bytes. Recorders leave such files for calls that were never connected; disks leave them for lost files.',
    next: "Look up the call in the recorder's own list. If it should have audio, copy the source again.",
  },
  M113: {
    severity: 'warning',
    title: 'there is no audio in the file',
    meaning: 'The header is there, but no coded audio follows it: the call ended at once or the recorder was stopped abruptly.',
    next: "Look up the call in the recorder's own list.",
  },
  M114: {
    severity: 'error',
    title: 'some tracks were not decoded',
    meaning:
      'The file holds several tracks that cannot be combined, because they have more than one channel each or different rates. Only the first was decoded; the original is kept whole.',
    next: 'Decode the others from the original by hand if they matter.',
  },
  M115: {
    severity: 'warning',
    title: 'sides with different lengths',
    meaning:
      'Two sides that belong together have different numbers of samples. The shorter one is padded with silence. They may not begin at the same moment either.',
    next: 'Compare with the times in the metadata before relying on who spoke when.',
  },
  M116: {
    severity: 'warning',
    title: 'the access copy is WAV: too many channels',
    meaning: 'Opus copies have one or two channels. This medium has more, so its access copy is WAV and keeps the samples as they are.',
    next: 'Nothing. WAV takes more space than Opus.',
  },
  M117: {
    severity: 'note',
    title: 'the access copy has a higher sample rate',
    meaning:
      'Opus supports 8, 12, 16, 24 and 48 kHz. For the access copy the audio was resampled to the next higher of these; digest and measurements are those of the original samples.',
    next: 'Nothing.',
  },
  M118: {
    severity: 'warning',
    title: 'the access copy is WAV: the rate cannot be changed',
    meaning:
      'Opus does not support this sample rate, and FFmpeg, which resamples, was not found. The access copy is WAV and keeps the samples as they are.',
    next: 'Nothing, or install FFmpeg and convert again.',
  },
  M119: {
    severity: 'warning',
    title: 'the access copy does not sound like the original',
    meaning:
      'The access copy was decoded again and compared with the samples that it was made from. The comparison failed, so the copy was deleted. The message has the numbers. If it was Opus, a WAV copy replaces it (M125). The original is kept. docs/explanation/listening-back.md describes the comparison and its limits.',
    next: 'Nothing if M125 follows. Otherwise please report it with the message.',
  },
  M120: {
    severity: 'warning',
    title: 'the coded audio decodes to nothing',
    meaning: 'There are coded bytes, but they decode to no samples.',
    next: "Look up the call in the recorder's own list; the original is kept.",
  },
  M121: {
    severity: 'warning',
    title: 'the recording is silent',
    meaning:
      'No stretch of 20 ms reaches −60 dB of full scale on any channel: a dead line, a wrong tap, a wrong decoder or a lost encryption key all look like this.',
    next: "Listen to the original with the recorder's own player. If many recordings are silent, suspect the recorder's port or the export.",
  },
  M122: {
    severity: 'error',
    title: 'the audio exceeds any plausible size',
    meaning:
      'The bytes decode to more samples than any known codec can store in so few bytes, as in malicious or damaged files. Decoding was stopped there; the original is kept.',
    next: 'Find out where the file comes from. What was decoded until then was measured and copied.',
  },
  M123: {
    severity: 'warning',
    title: 'the two sides cannot be joined',
    meaning: 'A joined stereo copy was wanted, but one side cannot be played, is not mono, or has another rate. Each side has its own access copy.',
    next: 'Nothing: play the sides one by one.',
  },
  M124: {
    severity: 'error',
    title: 'the access copy could not be made',
    meaning: 'FFmpeg, which resamples the audio for the access copy, failed. The original is kept and was measured.',
    next: 'Check FFmpeg with `longplay doctor`, or choose WAV copies.',
  },
  M140: {
    severity: 'error',
    title: 'implausible header values',
    meaning:
      'The header states a rate, a number of channels or a length that no recording has: below 1,000 Hz or above 768,000 Hz, more than 64 channels, more than 31 days. Such headers are damaged or malicious: at 1 Hz a file of 250 kB would decode to hours of audio and hundreds of megabytes. Nothing is decoded; the original is kept.',
    next: 'If only the header is wrong, declare the audio: `--declare GLOB=CODEC,RATE`. Otherwise find out where the file comes from.',
  },
  M141: {
    severity: 'error',
    title: 'an internal error on one file',
    meaning:
      'longplay failed on this file with a bug. The original is kept as it came; it has no access copy, or none that can be relied on. All other files are processed normally.',
    next: 'Please report it with the message. When it is fixed, convert the original, or import it into a new archive.',
  },
  M142: {
    severity: 'error',
    title: 'kept without examination',
    meaning:
      'Processing this recording failed twice with an internal error or killed its worker thread. Its originals are kept as they came; their content was not examined, and there are no access copies.',
    next: 'Please report it with the message; try again with fewer jobs (`-j 1`) if memory is short. When the bug is fixed, convert the originals.',
  },
  M143: {
    severity: 'error',
    alarm: true,
    title: 'a recording was not imported because of an internal error',
    meaning:
      'longplay failed on this recording with a bug, and again when it only tried to keep its originals. It is left out so that the rest can continue.',
    next: 'Please report it with the message. When the bug is fixed, import the source again: that adds what is missing.',
  },
  // M150 to M199: Opus, Ogg and WAV.
  M125: {
    severity: 'note',
    title: 'a WAV copy instead of an Opus copy',
    meaning:
      'The Opus copy failed its comparison (M119), as can happen if a recording is mostly noise; the access copy was made again as WAV, which keeps every sample.',
    next: 'Nothing. A higher --bitrate makes an Opus copy of such a recording possible.',
  },
  M126: {
    severity: 'warning',
    title: 'the audio is doubtful',
    meaning:
      'Most loud seconds are like white noise, are almost only rumble below 80 Hz, or are at full scale. Speech, music and tones do not sound like this; wrongly decoded audio, encrypted audio, a fax and a broken line do. The access copy is still made and is marked doubtful in recording.json. docs/explanation/plausibility.md has the limits.',
    next: "Listen to the access copy. If it is noise, declare the codec (`--declare`) or compare with the vendor's player; `longplay list ARCHIVE --doubtful` lists all of them.",
  },
  M127: {
    severity: 'warning',
    title: 'two decoders disagree',
    meaning:
      'The beginning of the original was decoded both by longplay and by FFmpeg, as is done for one original in 256 and for all doubtful ones; the results differ. One of the two decoders is wrong, or the bytes have another codec than the file states. The access copy is still made and is marked doubtful.',
    next: 'Listen to the access copy. Please report the message with the name of the codec.',
  },
  M130: {
    severity: 'warning',
    title: 'a hole of zero bytes in the audio',
    meaning:
      'At least 4 KiB of zero bytes are in the coded audio, with audio after them. They are not silence: no encoder of this codec writes them, or (linear samples, IMA ADPCM) they begin and end at disk sector boundaries. Causes are a block that was never written, a failed disk or an interrupted copy. The message states times and bytes. The access copy is still made and is marked doubtful in recording.json; docs/explanation/plausibility.md describes what is detected and what cannot be.',
    next: 'Copy the file again from the recorder or its backup and compare. If the hole is in every copy, the audio of that time is lost.',
  },
  M131: {
    severity: 'warning',
    title: 'the end was never written',
    meaning:
      'One code is repeated up to the end of the coded audio, for at least 5 % of the audio or 2 s. Either the code does not mean silence in this codec, or it does, but the repetition begins at a 4 KiB boundary of the file. Causes are preallocated files, crashes and full disks. The access copy is still made and is marked doubtful in recording.json.',
    next: "Compare with the duration in the recorder's own list, and copy the file again from the recorder or its backup.",
  },
  M132: {
    severity: 'note',
    title: 'the recording ends in digital silence',
    meaning:
      'The coded audio ends in digital silence, over at least 5 % of it or 2 s. A line that was muted or had hung up looks like this, and so does an end that was never written: the bytes do not show which it is.',
    next: 'Nothing, unless the call should have audio there: then compare with another copy of the file.',
  },
  M133: {
    severity: 'warning',
    title: 'a stretch of noise or of another codec',
    meaning:
      'For a second or more the coded bytes look random, are text, lack the frames of their codec, or have frames in an order that no encoder writes; or the decoded audio is white noise that is louder than any comfort noise. The call contains bytes of another file or codec, or encrypted or scrambled bytes. Speech, music, tones, faxes and comfort noise do not look like this; a line full of static may. The message states the times. The access copy is still made and is marked doubtful in recording.json; docs/explanation/plausibility.md has the limits.',
    next: 'Listen to the access copy at these times. If it is noise, copy the file again from the recorder or its backup and compare.',
  },
  M134: {
    severity: 'warning',
    title: 'mostly digital silence, up to the end',
    meaning:
      'More than half of the coded audio is digital silence, up to its end. A line that was left open on mute looks like this, and so does a recording of which most was never written: the bytes do not show which it is.',
    next: "Compare with another copy of the file, or with the recorder's data about the call.",
  },
  M136: {
    severity: 'warning',
    title: 'repeated bytes in place of audio',
    meaning:
      'The coded audio repeats earlier bytes exactly: one value, a pattern or a block. The repetition lasts 5 % of the audio or 2 s, but at least 0.5 s, or covers at least 4 KiB in whole sectors of the file. It is louder than silence. It is neither a tone of a few frequencies nor the cadence of a tone (a period of 0.2 s or more in steps of 10 ms), which machines repeat exactly. Other real audio does not repeat exactly. Causes are a program or a disk that filled a hole with a pattern or the last block, erased flash memory, and a receiver that repeats its last packet. The message states times and bytes. The access copy is still made and is marked doubtful in recording.json; docs/explanation/plausibility.md describes what is detected and what cannot be.',
    next: 'Listen to the access copy at these times, and copy the file again from the recorder or its backup. If every copy is like this, the audio of that time is lost.',
  },
  M135: {
    severity: 'error',
    title: 'no sample of the coded audio could be decoded',
    meaning:
      'A decoder read coded audio, more than a bare header, to the end and returned no samples: the bytes are encrypted or damaged, or the decoder is FFmpeg, which cannot read this file from a pipe. It is unknown whether the bytes hold audio, so the call does not count as one without audio.',
    next: 'The original is kept. Try FFmpeg on the file itself; if that plays it, please report the format.',
  },
  M161: {
    severity: 'error',
    title: 'FFmpeg was killed',
    meaning:
      'Something else ended FFmpeg while it was decoding: the kernel because memory ran out (SIGKILL), a limit, a user, or an upgrade that removed its libraries; or the system gave it no thread or descriptor. Nothing is known about the recording: an import leaves it out, and a verification reports no fault.',
    next: 'Find out what ended FFmpeg (`journalctl -k`), provide more memory or use fewer --jobs, then run the same command again: an import tries it again.',
  },
  M162: {
    severity: 'error',
    title: 'FFmpeg crashed while decoding',
    meaning:
      'FFmpeg was ended by a signal, or could not allocate memory. Either the file demands too much of FFmpeg, or FFmpeg is broken: longplay cannot determine which. The audio decoded until then was measured, and the original is kept. A verification does not report a file on which FFmpeg crashes as faulty (V214).',
    next: 'Run `longplay doctor --canaries`. If other files decode, try the original with another version of FFmpeg, and report the crash to its authors.',
  },
  M163: {
    severity: 'error',
    title: 'out of memory while processing a recording',
    meaning: 'The system gave no more memory. Nothing is known about the recording: an import leaves it out, and a verification reports no fault.',
    next: 'Provide more memory or use fewer --jobs, then run the same command again: an import tries it again.',
  },
  M160: {
    severity: 'warning',
    title: 'the coded bits look encrypted',
    meaning:
      'In the frames of every speech codec some bits are set more often than not, or stay as they were in the previous frame. In this file neither is the case, as in encrypted or random bytes. A decoder turns such bytes into noise that may pass for audio. The access copy is still made and is marked doubtful in recording.json; docs/explanation/plausibility.md has the measurements.',
    next: 'Listen to the access copy. If it is noise, the recorder encrypted its files: export the call with the recorder, which has the key.',
  },
  M145: {
    severity: 'warning',
    title: 'part of the audio is missing',
    meaning:
      'The file states, or its bytes show, more audio than was decoded from it: at least 5 % or 2 s are missing, or 4 KiB in the middle. It was cut, overwritten, partly encrypted, or has holes. The rest was copied; if the container states no times for it, the copy has no gaps in place of the missing parts. The access copy is marked doubtful. The message states how much is missing and how that is known; docs/explanation/plausibility.md has the rule.',
    next: 'Copy the file again from the recorder or its backup and compare. If every copy is like this, the audio of that time is lost.',
  },
  M146: {
    severity: 'warning',
    title: 'another file after the audio or in its place',
    meaning:
      'The file holds bytes that are not its audio. There are three cases: another audio file begins after the audio or between its parts; at least 4 KiB and 5 % of the file lie outside everything that the container describes; a document, picture, program, archive or audio file begins at the start of the audio or at a 512-byte sector inside it. Only the first audio was decoded, and its access copy is marked doubtful. Concatenated files and overwritten sectors look like this.',
    next: 'Cut the file at the byte that the message states and import the parts, or ask for the two files again.',
  },
  M147: {
    severity: 'error',
    alarm: true,
    title: 'bytes without readable audio',
    meaning:
      'A container begins correctly, but 4 KiB or more follow without a chunk, frame, page or packet of audio: its header is damaged, or the bytes after it are encrypted or overwritten. Tags, pictures, video, text and preallocated space do not count. The call does not count as one without audio, and the run ends with 3.',
    next: 'Copy the file again from the recorder or its backup. If it is the same there, export the call with the recorder, which may have a key.',
  },
  M148: {
    severity: 'warning',
    title: 'the file is truncated, and it is unknown how much is missing',
    meaning:
      'The file ends within a frame, page or packet, or lacks its end mark, and neither its container nor the metadata states how long it was: a second may be missing, or most of the call. The existing part was copied, and the access copy is marked doubtful. Causes are an interrupted recorder or an interrupted copy. If the metadata states a length and the audio reaches it to within 5 % or 2 s, only the cut itself is reported.',
    next: 'Copy the file again from the recorder or its backup and compare. If every copy is like this, the end of the audio is lost.',
  },
  M149: {
    severity: 'note',
    title: 'the format is experimental',
    meaning:
      'No specification of this format is public, and no program that writes it was available: the reader was derived from sample files. The result was measured and judged like any other audio, but a misunderstanding of the format would affect every file.',
    next: "Listen to a sample of the access copies, and compare with the recorder's own player if there is one, before the old system is switched off.",
  },
  M150: {
    severity: 'error',
    title: 'the named libopus cannot be loaded',
    meaning:
      'The path given for libopus is not absolute, or there is no library for this machine with the functions of libopus 1.x. Nothing was done.',
    next: 'Give the absolute path of libopus.so.0 (macOS: libopus.0.dylib), omit the option to search for it, or give `none` to encode with FFmpeg.',
  },
  M151: {
    severity: 'error',
    title: 'FFmpeg did not encode Opus',
    meaning:
      'libopus could not be loaded, so FFmpeg was used for the Opus copy. It failed, was built without libopus, or returned packets that do not cover all samples. The copy was not kept.',
    next: 'Install libopus (Debian: libopus0) or an FFmpeg that lists libopus under `ffmpeg -encoders`, then run the same command again; or choose WAV copies.',
  },
  M152: {
    severity: 'error',
    title: 'neither libopus nor FFmpeg was found',
    meaning: 'Opus copies are made and played with libopus in process, or with FFmpeg if libopus is missing. Neither was found.',
    next: 'Install libopus (Debian: libopus0) or FFmpeg, check with `longplay doctor`, then run the same command again.',
  },
  M153: {
    severity: 'note',
    title: 'a file is not audio',
    meaning:
      'No format recognises its content: it is empty, text, an image, a document or a program, as the message states. A conversion leaves it out; conversions.jsonl lists it.',
    next: 'Nothing. If it is audio after all, name the file itself or declare its codec with --declare.',
  },
  M154: {
    severity: 'warning',
    title: 'a file that may be audio was left out',
    meaning:
      'No format recognises its content, and it is not of a kind that is known not to be audio. It may be a recording in an unknown or encrypted format, or an archive that longplay does not open. The conversion ends with 3; conversions.jsonl lists the file.',
    next: 'Find out what wrote it: `longplay identify FILE`. Declare its codec with --declare, unpack archives, and move away what is not audio.',
  },
  M155: {
    severity: 'note',
    title: 'a file is already Opus',
    meaning: 'Every player opens it, and encoding it again would only lose quality. A conversion leaves it out; conversions.jsonl lists it.',
    next: 'Nothing: use the file as it is.',
  },
  M156: {
    severity: 'warning',
    title: 'a file is already Opus, but doubtful',
    meaning:
      'A conversion leaves out files that are already Opus. Part of the audio of this file is missing, does not decode, or is like noise, as the message states. The conversion ends with 3; conversions.jsonl lists the file.',
    next: 'Listen to the file, and copy it again from where it was made or from its backup.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
