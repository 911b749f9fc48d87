package dialects

import "github.com/labstack/echo/v4"

// secureHeaders adds the headers of Django's SecurityMiddleware and XFrameOptionsMiddleware with their defaults.
func (s *Site) secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderXFrameOptions, "DENY")
		header.Set(echo.HeaderXContentTypeOptions, "nosniff")
		header.Set(echo.HeaderReferrerPolicy, "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		return next(c)
	}
}
