package jwt

import (
	"context"
	"time"

	"watchword/models"
)

// families keeps families in memory: the part of store that this file adds. Its callers hold no lock.
type families struct {
	byID    map[string]*models.RefreshFamily
	retired map[string]string // jti to family
}

func newFamilies() families {
	return families{map[string]*models.RefreshFamily{}, map[string]string{}}
}

func (s *store) RefreshState(_ context.Context, jti string) (models.RefreshState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	state := models.RefreshState{Ended: s.ended[jti]}
	if f := s.current(jti); f != nil {
		state.StartedAt = f.StartedAt
	}
	return state, nil
}

// current returns the family whose current token that is.
func (s *store) current(jti string) *models.RefreshFamily {
	for _, f := range s.families.byID {
		if f.Current == jti {
			return f
		}
	}
	return nil
}

func (s *store) StartFamily(_ context.Context, r models.RefreshRotation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.families.byID[r.Parent] = &models.RefreshFamily{ID: r.Parent, StartedAt: r.StartedAt, Alive: true}
	s.put(s.families.byID[r.Parent], r)
	return nil
}

func (s *store) AdvanceFamily(_ context.Context, r models.RefreshRotation) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.current(r.Parent)
	if f == nil || !f.Alive {
		return false, nil
	}
	s.put(f, r)
	return true, nil
}

func (s *store) put(f *models.RefreshFamily, r models.RefreshRotation) {
	f.Parent, f.Current, f.Access, f.RotatedAt, f.ExpiresAt = r.Parent, r.Child, r.Access, r.At, r.ChildExpiresAt
	s.families.retired[r.Parent] = f.ID
}

func (s *store) FamilyOfRetired(_ context.Context, jti string) (*models.RefreshFamily, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.families.byID[s.families.retired[jti]]
	if f == nil {
		return nil, models.ErrNotFound
	}
	found := *f
	found.Alive = f.Alive && !s.ended[f.Current]
	return &found, nil
}

func (s *store) EndFamily(_ context.Context, id string, _ time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.families.byID[id]
	ended := f.Alive
	f.Alive = false
	s.ended[f.Current] = true
	return ended, nil
}
