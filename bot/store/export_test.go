package store

import "context"

// Checkpoint brings everything from the write-ahead log into the file.
func Checkpoint(ctx context.Context, s *Store) error {
	_, err := s.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
