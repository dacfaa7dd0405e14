package calendar_test

import (
	"fmt"
	"time"

	"github.com/panneau-ecole/panneau/bot/calendar"
)

func ExampleQuiet_Until() {
	almanac, err := calendar.Embedded()
	if err != nil {
		panic(err)
	}
	zone, err := calendar.Find("Lille")
	if err != nil {
		panic(err)
	}
	schools, err := almanac.Schools(zone)
	if err != nil {
		panic(err)
	}
	quiet := schools.Quiet(calendar.DefaultQuietHours())
	ascension := time.Date(2027, time.May, 6, 10, 0, 0, 0, schools.Clock())
	end, silent := quiet.Until(ascension)
	fmt.Println(silent, end.Format(time.DateTime))
	// Output: true 2027-05-10 07:00:00
}
