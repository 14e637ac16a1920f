/** README.txt of every archive, for readers who have nothing but a general-purpose computer. */
export const archiveReadme = `This folder is an archive of telephone recordings, written by longplay.

It can be used without longplay. Nothing in it is encrypted, compressed or in a secret format.

What is here
  bags/       the recordings, in bags (folders) by year of the call. A bag is a BagIt 1.0 package (RFC 8493).
  log/        the signed record of all actions on this archive: a transparency log as c2sp.org/tlog-tiles describes it. checkpoint
              is its state; tile/entries contains the entries, each a line of JSON after its length in two bytes; the other tiles
              contain SHA-256 hashes of them
  check.py    verifies the whole archive with Python and openssl, without longplay
  viewer/     if present: a page to search and listen in a browser. It is made from the bags and can be deleted
  cases/      if present: cases, i.e. calls that belong together, with messages that may exist only here
  reports/    if present: what each import took and left out
  quarantine/ if present: what a repair replaced
  jobs/       unfinished work; may be deleted while no import is running
  longplay.json    identity of this archive. Keep it: without it new imports cannot recognise existing recordings.
  catalog.sqlite   if present: an index. It is made from the bags and can be deleted.

What is in a bag
  data/<id>/recording.json   who, when, how long, where it came from; text, readable in any editor
  data/<id>/original-1.*     the recording exactly as the recorder wrote it
  data/<id>/access-1.opus    the access copy for listening (or access-1.wav)
  data/<id>/source-1.*       the records that described it, exactly as they were
  data/README.txt            a description like this one, for one bag, with commands
  formats.txt                formats and codecs of the originals, their specifications, and programs that can decode them
  manifest-sha256.txt        the SHA-256 digest of every file below data/; manifest-sha512.txt likewise with SHA-512
  tagmanifest-sha256.txt     the digests of the bag's own text files

Lines with exactly four leading blanks are commands for a shell (Linux, macOS) in this folder; they write nothing into it.

How to check that nothing was altered or lost (Python 3.7 or newer, OpenSSL 3). On success the last line says that everything is OK, and the exit code is 0:
    python3 check.py
  It reads the log, computes the root of its tree and lets openssl check the signature; then it looks for each bag that landed
  according to the log, and reads each file of each bag. It reports everything missing, altered, replaced or foreign.
  It also prints the key that signs. A key is proof only if it is known from another source: python3 check.py --key NAME+ID+KEY
  To prove that the whole archive was not replaced by an older one: python3 check.py --since FILE, where FILE is a copy of
  log/checkpoint that was kept elsewhere. If you do not trust this copy of check.py, use one from another archive, or from longplay.

The same in single steps, for a computer without Python. This first command alone does not detect missing bags or a truncated log.
Every line must end in OK:
    for bag in bags/*/*; do (cd "$bag" && sha256sum --quiet -c tagmanifest-sha256.txt manifest-sha256.txt && echo "$bag OK"); done
  macOS:    the same with shasum -a 256 instead of sha256sum
  Windows:  certutil -hashfile FILE SHA256, and compare with the line in manifest-sha256.txt
  Any program that validates BagIt bags does the same and also finds files that do not belong there.

To check that each bag is in the log. Every line must end in OK:
    for file in bags/*/*/tagmanifest-sha256.txt; do grep -arq "$(sha256sum < "$file" | cut -c 1-64)" log/tile/entries && echo "$file OK" || echo "$file is not in the log"; done
To check that each bag of the log exists. Nothing must be printed:
    find log/tile/entries -type f | LC_ALL=C sort | xargs grep -ahoE '"bag":"[^"]*"[^{}]*[}],"time":"[^"]*","type":"bag-landed"' | cut -d '"' -f 4 | sort -u | while read -r bag; do test -d "bags/$bag" || echo "bags/$bag is missing"; done

How to check the signature of the log. The key is named in the log; to be sure that it is the right one, get it from another source:
    OUT=$(mktemp -d)
    KEY=$(find log/tile/entries -type f | LC_ALL=C sort | xargs grep -ahoE 'longplay/[0-9a-f-]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{44}' | tail -n 1)
    sed '/^$/,$d' log/checkpoint > "$OUT"/text
    grep -F " \${KEY%%+*} " log/checkpoint | head -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c 64 > "$OUT"/signature
    { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; printf %s "\${KEY#*+*+}" | base64 -d | tail -c 32; } > "$OUT"/key.der
    openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$OUT"/key.der -in "$OUT"/text -sigfile "$OUT"/signature
  The checkpoint contains the signed number of entries and the root of the tree over them. To list the actions, entry by entry:
    find log/tile/entries -type f | LC_ALL=C sort | xargs grep -ahoE '"time":"[^"]*","type":"[^"]*"'
  The private key that signs is not here: it is on the machine that imports, in the folder that LONGPLAY_KEYS names there, else in
  ~/.config/longplay/keys. Without it everything can be read and checked, but nothing can be entered.
  To be sure that the whole archive was not replaced by an older one, compare log/checkpoint with a copy that was kept elsewhere.

How to listen
  access-1.opus is Ogg Opus (RFC 7845, RFC 6716): VLC, Firefox, Chrome, FFmpeg and most other players play it.
  access-1.wav is plain PCM. To make a WAV of an Opus file: ffmpeg -i access-1.opus out.wav
  If there is no access copy, recording.json says why under "accessReason": the original is playable as it is, it contains no
  audio, or no decoder was available when it was imported.

How to find a call
  recording.json of each recording contains times, parties and the recorder's own names, for example:
  grep -rl '2019-03-12T09' bags/*/*/data/*/recording.json

Do not change, rename or add anything below bags/. Copy whole bags.
`;
