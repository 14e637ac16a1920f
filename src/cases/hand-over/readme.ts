import type { CaseAccount } from './case-account.ts';
import { handOverCheck } from './check.ts';

/** Returns the files at the top of a hand-over with which it can be checked without longplay. */
export function handOverTexts({
  key,
  masked,
  isReduced,
}: Pick<CaseAccount, 'key' | 'masked' | 'isReduced'>): readonly (readonly [name: string, content: string])[] {
  return [
    ['README.txt', handOverReadme(key, !masked && !isReduced)],
    ['check.py', handOverCheck],
  ];
}

/** Returns README.txt of a hand-over, for readers with general-purpose programs and without longplay. */
function handOverReadme(key: string | null, hasCase: boolean): string {
  return `This folder is a hand-over of a case: recordings of calls with what describes them, and messages. longplay made it from an archive.

What is here
  index.html     all of it to read and to hear, in any browser, without a network
  cover.txt      who made it, when, from which archive, what is in it and what is missing
  data/          recordings, messages, and tables. data/custody.csv is what the signed log of the archive says of them
  check.py       checks all of it with Python and openssl, without longplay
  manifest-*, tagmanifest-*, bagit.txt, bag-info.txt   the folder is a BagIt 1.0 package (RFC 8493)
  hand-over.tlog-proof      the entry of the archive's log that says what was handed over, with the proof that the log has it
  hand-over.custody.jsonl   the same for each entry of data/custody.json
  hand-over.tsr             where present: the time stamp (RFC 3161) of an authority on that state of the log
  The files hand-over.* were made after the manifests and are listed in none of them. They prove themselves.

You need the key of the archive, from another source than this folder: from the auditor, from an earlier hand-over, by telephone. Without it the folder can only be compared
with itself, and whoever took a recording out can have made everything else fit again.

Check all of it (Python 3.7 or newer, OpenSSL 3). It says COMPLETE, LESS THAN WAS HANDED OVER, ALTERED or NOT PROVED; exit code 0 for complete, 1 for all else:
    python3 check.py --key "$KEY"
  with KEY set to the key from elsewhere, which begins with ${key === null ? 'longplay/' : key.split('+').slice(0, 2).join('+')}. check.py can also be given a zip: python3 check.py HAND-OVER.zip --key KEY
  Whoever alters this folder can alter check.py as well: take it from another hand-over, or use longplay (longplay case check FOLDER --key KEY), or the steps below.

The same in single steps, with sha256sum and openssl, in this folder. Lines with exactly four blanks before them are commands for a shell; they write nothing into it.
Each step prints a line that begins with OK, or says what is wrong.

1. Each file is as the manifests list it, and none is missing:
    sha256sum --strict --quiet -c tagmanifest-sha256.txt manifest-sha256.txt && echo "OK 1: as the manifests list" || echo "WRONG 1: files are altered or missing"
2. No file was added:
    LISTED=$(cat tagmanifest-sha256.txt manifest-sha256.txt | cut -c 67- | LC_ALL=C sort)
    THERE=$(find . -type f | cut -c 3- | grep -v -x -e 'hand-over\\.tlog-proof' -e 'hand-over\\.custody\\.jsonl' -e 'hand-over\\.tsr' -e 'tagmanifest-sha256\\.txt' -e 'tagmanifest-sha512\\.txt' | LC_ALL=C sort)
    test "$LISTED" = "$THERE" && echo "OK 2: no more and no less than the manifests list" || echo "WRONG 2: files that no manifest lists, or missing ones"
3. The manifests are those that were handed over: the entry of the log has the digest of the tag manifest, which covers the manifest, which covers the files:
    OUT=$(mktemp -d)
    sed -n 's/^extra //p' hand-over.tlog-proof | base64 -d > "$OUT"/entry
    grep -q "\\"tagManifestSha256\\":\\"$(sha256sum < tagmanifest-sha256.txt | cut -c 1-64)\\"" "$OUT"/entry && grep -q "\\"tagManifestSha512\\":\\"$(sha512sum < tagmanifest-sha512.txt | cut -c 1-128)\\"" "$OUT"/entry && grep -q '"type":"exported"}$' "$OUT"/entry && echo "OK 3: the manifests are those that were handed over" || echo "WRONG 3: the manifests were rebuilt, this is not what was handed over"
  What the log says of it, in JSON: time, case, how many recordings, messages and files.
    cat "$OUT"/entry; echo
    echo "There are $(ls data/recordings 2> /dev/null | wc -l) recordings and $(find . ! -type d ! -name 'hand-over.*' | wc -l) files."
4. The log has this entry: its hash and the hashes of the proof lead to the root of the checkpoint (RFC 9162 section 2.1.3.2):
    sed '1,/^$/d' hand-over.tlog-proof > "$OUT"/checkpoint
    INDEX=$(sed -n 's/^index //p' hand-over.tlog-proof); LAST=$(( $(sed -n 2p "$OUT"/checkpoint) - 1 ))
    { printf '\\000'; cat "$OUT"/entry; } | openssl dgst -sha256 -binary > "$OUT"/hash
    for SIBLING in $(sed -n '/^index /,/^$/p' hand-over.tlog-proof | sed '1d;/^$/d'); do
      printf %s "$SIBLING" | base64 -d > "$OUT"/sibling
      if [ $((INDEX % 2)) = 1 ] || [ "$INDEX" = "$LAST" ]; then
        { printf '\\001'; cat "$OUT"/sibling "$OUT"/hash; } | openssl dgst -sha256 -binary > "$OUT"/next
        while [ $((INDEX % 2)) = 0 ] && [ "$INDEX" != 0 ]; do INDEX=$((INDEX / 2)); LAST=$((LAST / 2)); done
      else
        { printf '\\001'; cat "$OUT"/hash "$OUT"/sibling; } | openssl dgst -sha256 -binary > "$OUT"/next
      fi
      mv "$OUT"/next "$OUT"/hash; INDEX=$((INDEX / 2)); LAST=$((LAST / 2))
    done
    test "$LAST" = 0 && test "$(base64 < "$OUT"/hash)" = "$(sed -n 3p "$OUT"/checkpoint)" && echo "OK 4: the log has this entry" || echo "WRONG 4: the proof does not lead to the checkpoint"
5. The checkpoint is signed with the key of the archive:
    sed '/^$/,$d' "$OUT"/checkpoint > "$OUT"/text
    grep -F " \${KEY%%+*} " "$OUT"/checkpoint | head -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c 64 > "$OUT"/signature
    { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; printf %s "\${KEY#*+*+}" | base64 -d | tail -c 32; } > "$OUT"/key.der
    openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$OUT"/key.der -in "$OUT"/text -sigfile "$OUT"/signature > /dev/null 2>&1 && echo "OK 5: signed with the key" || echo "WRONG 5: not signed with the key"
6. There is a proof for each entry of the custody (check.py and longplay check them one by one, in the way of step 4):
    test "$(grep -c . hand-over.custody.jsonl)" = "$(grep -c '"seq":' data/custody.json)" && echo "OK 6: a proof for each entry of data/custody.json" || echo "WRONG 6: proofs of the custody are missing"
${
  hasCase
    ? `7. case.json is as the log had it after the last change of the case:
    test "$(sha256sum < data/case.json | cut -c 1-64)" = "$(grep -o 'SHA-256 of case.json [0-9a-f]*' data/custody.csv | tail -n 1 | cut -d ' ' -f 4)" && echo "OK 7: case.json is as the log has it" || echo "WRONG 7: case.json is not as the log has it"
`
    : ''
}8. This is the hand-over that you were told of. Set NUMBER to case and number, e.g. NUMBER=20261130-3f9a1c02/2, or to the number alone; without it the step only says which it is. An older one of the
same case, and one of another case, is whole in itself:
    THIS=$(sed -n 's/.*"handOver":\\([0-9]*\\).*/\\1/p' "$OUT"/entry)
    CASE=$(sed -n 's/.*"case":"\\([^"]*\\)".*/\\1/p' "$OUT"/entry)
    test "\${NUMBER:-$THIS}" = "$THIS" || test "$NUMBER" = "$CASE/$THIS" && echo "OK 8: hand-over $THIS of case $CASE" || echo "WRONG 8: hand-over $THIS of case $CASE, and not $NUMBER"
    sed -n 's/.*"supplementTo":\\([0-9]*\\),"supplementToSha256":"\\([0-9a-f]*\\)".*/It is a supplement to hand-over \\1, whose tagmanifest-sha256.txt has SHA-256 \\2/p' "$OUT"/entry

Where hand-over.tsr is present, with the root certificate of the authority in roots.pem: openssl ts -verify -in hand-over.tsr -data "$OUT"/checkpoint -CAfile roots.pem
macOS has shasum -a 256 and shasum -a 512 instead of sha256sum and sha512sum.
`;
}
