package main

import (
	"net"
	"net/url"
	"sync"
	"testing"
)

// cable is the connection between one process and its database, which can be cut and healed.
type cable struct {
	listener net.Listener
	server   string // where it leads

	mu     sync.Mutex
	healed *sync.Cond
	cut    bool
	ends   map[net.Conn]bool
}

// lay lays a cable to the database at an address, and returns the address at its near end.
func lay(t *testing.T, address string) (*cable, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: listener, server: u.Host, ends: map[net.Conn]bool{}}
	c.healed = sync.NewCond(&c.mu)
	go c.serve()
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		c.sever()
		c.heal()
	})
	u.Host = listener.Addr().String()
	return c, u.String()
}

func (c *cable) serve() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", c.server)
		if err != nil {
			_ = near.Close() // the program sees its end
			continue
		}
		c.mu.Lock()
		c.ends[near], c.ends[far] = true, true
		c.mu.Unlock()
		go c.carry(near, far)
		go c.carry(far, near)
	}
}

// carry moves bytes one way. While the cable is cut they stay where they are, as in a network that loses packets.
func (c *cable) carry(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		c.mu.Lock()
		for c.cut {
			c.healed.Wait()
		}
		c.mu.Unlock()
		if n > 0 {
			_, _ = to.Write(buffer[:n]) // its failure shows at the next reading
		}
		if err != nil {
			break
		}
	}
	for _, end := range []net.Conn{to, from} {
		_ = end.Close() // one of them is closed already
	}
	c.mu.Lock()
	delete(c.ends, to)
	delete(c.ends, from)
	c.mu.Unlock()
}

// freeze lets nothing through any more and says nothing about it.
func (c *cable) freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
}

// sever breaks every connection and lets no new one through.
func (c *cable) sever() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
	for end := range c.ends {
		_ = end.Close() // that is the purpose
	}
}

// heal lets everything through again.
func (c *cable) heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = false
	c.healed.Broadcast()
}
