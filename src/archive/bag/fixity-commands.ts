/** The part of each bag's README that shows how to check the bag without longplay and without any key. Lines that begin with four blanks are commands. */
export const fixityCommands = `The commands below are for a shell (Linux, macOS), in the folder that contains bagit.txt; they write nothing into the bag.

How to check that nothing was altered or lost. Every line must end in OK:
    sha256sum -c tagmanifest-sha256.txt
    sha256sum -c manifest-sha256.txt
    sha512sum -c tagmanifest-sha512.txt
    sha512sum -c manifest-sha512.txt
To check that there are no extra files. Nothing must be printed:
    { find data -type f; cut -c 67- manifest-sha256.txt; } | sort | uniq -u
Digests by other algorithms, if they were added to the bag later. Every line must end in OK, nothing else must be printed:
    test ! -e manifest-blake2b512.txt || b2sum -c tagmanifest-blake2b512.txt manifest-blake2b512.txt
    test ! -e manifest-sha3512.txt || cut -c 131- manifest-sha3512.txt | xargs openssl dgst -sha3-512 -r | sed 's/ \\*/  /' | diff - manifest-sha3512.txt
`;
