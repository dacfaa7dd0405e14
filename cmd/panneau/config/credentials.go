package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
)

const (
	longestSecret = 64 << 10 // bytes: far over any token, far under what would hurt
	longestFile   = 4 << 20  // bytes: about 20,000 destinations
)

// errTooLong is returned for a file over its limit.
var errTooLong = errors.New("file too long")

// secret fetches what a reference points to. The empty secret means that there was none or that it was reported.
func (b *builder) secret(path string, ref secretRef) Secret {
	switch {
	case b.Rehearsal:
		return Secret{}
	case ref.Env != "":
		return b.secretFromEnv(path, ref.Env)
	case ref.File != "":
		return b.secretFromFile(path, ref.File)
	default:
		return Secret{}
	}
}

func (b *builder) secretFromEnv(path, name string) Secret {
	if !variable(name) {
		// The name is not repeated: it may be the secret itself.
		b.add(path, "nom de variable incorrect", "écrivez le nom de la variable, en lettres, chiffres et tirets bas, pas sa valeur")
		return Secret{}
	}
	value := b.Getenv(name)
	if value == "" {
		b.add(path, "la variable d’environnement "+name+" est absente ou vide", "définissez-la avant de démarrer Panneau")
		return Secret{}
	}
	return b.clean(path, value)
}

func (b *builder) secretFromFile(path, name string) Secret {
	name = b.resolve(name)
	data, mode, err := b.read(name, longestSecret)
	if err != nil {
		b.add(path, "le fichier du secret "+whyUnreadable(err), "vérifiez son chemin et le droit de lecture de Panneau")
		return Secret{}
	}
	// Docker shows its secrets to every user of the container, 0444, and to nobody outside it:
	// https://docs.docker.com/engine/swarm/secrets/
	if mode.Perm()&0o004 != 0 && !strings.HasPrefix(name, "/run/secrets/") {
		b.warn(path, "le fichier du secret est lisible par tous les utilisateurs de la machine", "retirez ce droit : chmod o-r")
	}
	return b.clean(path, string(data))
}

// clean removes the line end that editors and echo add, and refuses what cannot be a token or an address.
func (b *builder) clean(path, value string) Secret {
	value = strings.TrimRight(value, "\r\n")
	if value == "" || strings.ContainsAny(value, " \t\r\n") {
		b.add(path, "le secret est vide, ou contient une espace ou plusieurs lignes", "recopiez-le seul, sur une ligne")
		return Secret{}
	}
	return NewSecret(value)
}

// resolve finds a file that is named relative to the folder of the configuration.
func (b *builder) resolve(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(b.folder, name)
}

// read returns the content of a file and the rights on it.
func (o Options) read(name string, limit int64) ([]byte, fs.FileMode, error) {
	f, err := o.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w: over %d bytes", errTooLong, limit)
	}
	return data, info.Mode(), err
}

// whyUnreadable says it in French and without the file's name, which may be a secret in the wrong place.
func whyUnreadable(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "n’existe pas"
	case errors.Is(err, fs.ErrPermission):
		return "ne peut pas être lu : accès refusé"
	case errors.Is(err, errTooLong):
		return "est trop long"
	default:
		return "ne peut pas être lu"
	}
}
