application = "app"
