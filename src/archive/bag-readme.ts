/** data/README.txt of every bag: for a person who has this bag and nothing else. */
export function bagReadme(info: { readonly externalIdentifier: string; readonly recordings: number }): string {
  return `This folder is a bag of ${info.recordings === 1 ? 'one telephone recording' : `${info.recordings} telephone recordings`}, named ${info.externalIdentifier}.
It is a BagIt 1.0 package (RFC 8493), written by longplay, and can be used without longplay.

What is here
  data/<id>/recording.json   who, when, how long, where it came from; text, readable in any editor
  data/<id>/original-1.*     the recording exactly as the recorder wrote it
  data/<id>/access-1.opus    the same to listen to (or access-1.wav)
  data/<id>/source-1.*       the records that described it, exactly as they stood
Numbers go up where a recording has several files. recording.json names each file with its size and digests, tells how it was
coded, what decoded it, and how the copy compares with the original.

How to check that nothing was altered or lost: in the folder above data/
  Linux:    sha256sum -c tagmanifest-sha256.txt && sha256sum -c manifest-sha256.txt
  macOS:    shasum -a 256 -c tagmanifest-sha256.txt && shasum -a 256 -c manifest-sha256.txt
  Windows:  certutil -hashfile FILE SHA256, and compare with the line in manifest-sha256.txt
Every line must end in OK. The files with sha512 in their names hold SHA-512 digests of the same files.

How to listen
  access-1.opus is Ogg Opus (RFC 7845, RFC 6716): VLC, Firefox, Chrome, FFmpeg and most other players play it.
  access-1.wav is plain PCM. To make a WAV of an Opus file: ffmpeg -i access-1.opus out.wav
`;
}
