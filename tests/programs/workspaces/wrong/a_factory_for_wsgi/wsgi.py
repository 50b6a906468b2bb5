def application():
    from app import application
    return application
