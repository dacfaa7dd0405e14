package telegram

import (
	"fmt"
	"hash/crc32"
	"image"
	_ "image/jpeg" // what phones and bots send
	_ "image/png"
	"strings"
)

// The limits of a photo. https://core.telegram.org/bots/api#sendphoto
const (
	maxPhoto   = 10 << 20 // bytes
	maxSides   = 10_000   // pixels, width and height together
	maxRatio   = 20       // of one to the other
	maxCaption = 1024     // UTF-16 units after parsing
)

// photo is a picture with which a message was sent.
type photo struct {
	data          string
	width, height int
}

// readPhoto makes a photo of the parameter that holds the file. Anything else in it would be a file_id or an address: no
// file is kept here, and nothing is fetched.
func readPhoto(data string) (*photo, error) {
	if len(data) > maxPhoto {
		return nil, Refusal(fmt.Sprintf(photoTooBig, len(data), maxPhoto))
	}
	size, _, err := image.DecodeConfig(strings.NewReader(data))
	if err != nil {
		return nil, errNoPhoto
	}
	if _, _, err := image.Decode(strings.NewReader(data)); err != nil {
		return nil, errPhotoBroken
	}
	long, short := max(size.Width, size.Height), min(size.Width, size.Height)
	if long+short > maxSides || long > maxRatio*short {
		return nil, errPhotoSides
	}
	return &photo{data: data, width: size.Width, height: size.Height}, nil
}

// size is the photo as a message describes it. https://core.telegram.org/bots/api#photosize
func (p *photo) size() object {
	id := fmt.Sprintf("AgAC%08x", crc32.ChecksumIEEE([]byte(p.data)))
	return object{"file_id": id, "file_unique_id": "Q" + id, "width": p.width, "height": p.height, "file_size": len(p.data)}
}

func (s *Server) sendPhoto(args arguments) (any, error) {
	caption, err := readCaption(args)
	if err != nil {
		return nil, err
	}
	c, err := s.writable(args)
	if err != nil {
		return nil, err
	}
	if c.noPhotos {
		return nil, errNoPhotoRights
	}
	p, err := readPhoto(args["photo"])
	if err != nil {
		return nil, err
	}
	return s.post(c, &message{content: caption, photo: p}, args)
}

// readCaption makes the content of a photo's message; none is fine.
func readCaption(args arguments) (content, error) {
	if args["caption"] == "" {
		return content{}, nil
	}
	c, err := readText(arguments{"text": args["caption"], "parse_mode": args["parse_mode"]})
	if err == nil && units(c.Text) > maxCaption {
		return content{}, errCaptionTooLong
	}
	return c, err
}

// ForbidPictures takes the bot's right to send photos in a chat away.
func (s *Server) ForbidPictures(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.lookup(id); c != nil {
		c.noPhotos = true
	}
}
