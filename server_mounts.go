package main

import (
	"watchword/auth/dialects"
	"watchword/auth/dialects/aikit"
	"watchword/auth/dialects/authtoken"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/dialects/simplejwt"
	"watchword/auth/dialects/tutorialjwt"
	"watchword/demo"
)

// mountAll puts on site what FEATURES.mounts names.
func (p *parts) mountAll(site *dialects.Site) error {
	for _, component := range []struct {
		name  string
		mount func(site *dialects.Site, prefix string) error
	}{
		{mountSimpleJWT, p.mountSimpleJWT},
		{mountRESTAuth, p.mountRESTAuth},
		{mountAIKit, p.mountAIKit},
		{mountAuthToken, p.mountAuthToken},
		{mountTutorialJWT, p.mountTutorialJWT},
		{mountHello, p.mountHello},
		{mountStudents, p.mountStudents},
	} {
		for _, prefix := range p.settings.Features.Mounts[component.name] {
			if err := component.mount(site, prefix); err != nil {
				return err
			}
		}
	}
	if p.settings.Features.Mounts.has(mountRESTAuth) {
		return p.mountPages(site)
	}
	return nil
}

func (p *parts) mountSimpleJWT(site *dialects.Site, prefix string) error {
	simplejwt.Mount(site, prefix, newSimpleJWT(p.settings, p.accounts, p.bearer))
	return nil
}

func (p *parts) mountRESTAuth(site *dialects.Site, prefix string) error {
	d, err := p.newRESTAuth(prefix)
	if err != nil {
		return err
	}
	djrestauth.Mount(site, prefix, d)
	if p.settings.Project.Demo && prefix == p.settings.Features.Mounts.first(mountRESTAuth) {
		djrestauth.MountSocialAccounts(site, "/", d)
	}
	return nil
}

func (p *parts) mountAIKit(site *dialects.Site, prefix string) error {
	d, err := newAIKit(p.settings, p.accounts, p.store, p.mails, p.sessions, p.protection, p.known)
	if err != nil {
		return err
	}
	aikit.Mount(site, prefix, d)
	return nil
}

func (p *parts) mountAuthToken(site *dialects.Site, prefix string) error {
	d, err := newAuthToken(p.settings, p.accounts, p.tokens, p.confirmations, p.store, p.known)
	if err != nil {
		return err
	}
	authtoken.Mount(site, prefix, d)
	return nil
}

func (p *parts) mountTutorialJWT(site *dialects.Site, prefix string) error {
	d, err := newTutorialJWT(p.settings, p.accounts, p.store)
	if err != nil {
		return err
	}
	tutorialjwt.Mount(site, prefix, d)
	return nil
}

func (p *parts) mountHello(site *dialects.Site, path string) error {
	demo.MountHello(site, path, p.demonstrated()...)
	return nil
}

func (p *parts) mountStudents(site *dialects.Site, prefix string) error {
	demo.MountStudents(site, prefix, p.settings.Bodies, p.store, p.demonstrated()...)
	return nil
}
