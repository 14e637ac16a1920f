// An independent reader of a log: verifies the note, every tile and every entry with golang.org/x/mod, and the given proofs.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, args ...any) {
	fmt.Printf("WRONG "+format+"\n", args...)
	os.Exit(1)
}

func path(level string, index int64, width int64) string {
	name := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		name = fmt.Sprintf("x%03d/%s", index%1000, name)
	}
	if width < 256 {
		name = fmt.Sprintf("%s.p/%d", name, width)
	}
	return filepath.Join("tile", level, name)
}

// Tiles from a folder, as tlog requests them.
type folder struct{ log string }

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		b, err := os.ReadFile(filepath.Join(f.log, path(strconv.Itoa(t.L), t.N, int64(t.W))))
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func decode(text string) tlog.Hash {
	var h tlog.Hash
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != len(h) {
		fail("hash %s", text)
	}
	copy(h[:], b)
	return h
}

// log FOLDER VKEY: reads the whole log; proof FILE VKEY ENTRY: checks a tlog-proof of the entry in that file.
func main() {
	verifier, err := note.NewVerifier(os.Args[3])
	if err != nil {
		fail("key: %v", err)
	}
	if os.Args[1] == "proof" {
		proof(os.Args[2], verifier, os.Args[4])
		return
	}
	log := os.Args[2]
	signed, err := os.ReadFile(filepath.Join(log, "checkpoint"))
	if err != nil {
		fail("checkpoint: %v", err)
	}
	size, root := checkpoint(signed, verifier)
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, folder{log})
	for index := int64(0); index*256 < size; index++ {
		width := min(256, size-index*256)
		bundle, err := os.ReadFile(filepath.Join(log, path("entries", index, width)))
		if err != nil {
			fail("bundle: %v", err)
		}
		for at := int64(0); at < width; at++ {
			length := int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			id := index*256 + at
			hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, id)})
			if err != nil {
				fail("entry %d: %v", id, err)
			}
			if hashes[0] != tlog.RecordHash(entry) {
				fail("entry %d has another hash", id)
			}
		}
		if len(bundle) > 0 {
			fail("bundle %d is too long", index)
		}
	}
	fmt.Printf("RIGHT %d entries\n", size)
}

func checkpoint(signed []byte, verifier note.Verifier) (int64, tlog.Hash) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		fail("note: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		fail("size: %v", err)
	}
	return size, decode(lines[2])
}

func proof(file string, verifier note.Verifier, entryFile string) {
	text, err := os.ReadFile(file)
	if err != nil {
		fail("%v", err)
	}
	head, signed, found := bytes.Cut(text, []byte("\n\n"))
	if !found {
		fail("no checkpoint in the proof")
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		fail("%v", err)
	}
	size, root := checkpoint(signed, verifier)
	var hashes tlog.RecordProof
	index := int64(-1)
	lines := bufio.NewScanner(bytes.NewReader(head))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "c2sp.org/tlog-proof@v1"), strings.HasPrefix(line, "extra "):
		case strings.HasPrefix(line, "index "):
			index, _ = strconv.ParseInt(line[6:], 10, 64)
		default:
			hashes = append(hashes, decode(line))
		}
	}
	if err := tlog.CheckRecord(hashes, size, root, index, tlog.RecordHash(entry)); err != nil {
		fail("%v", err)
	}
	fmt.Printf("RIGHT entry %d of %d\n", index, size)
}
